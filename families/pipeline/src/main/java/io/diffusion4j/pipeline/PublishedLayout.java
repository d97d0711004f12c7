package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Parameterization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A layout in which models are published, and the conversion of its files to a model folder.
 *
 * @param takes what the conversion reads besides one file of weights
 * @param converter writes the folder; throws an {@link IllegalArgumentException} or a {@link
 *     io.diffusion4j.checkpoint.CheckpointException} if the files are of another layout
 */
public record PublishedLayout(Set<Input> takes, Consumer<Conversion> converter) {
  /** The largest size of a file of weights, in bytes; larger networks become several files. */
  public static final long MAX_SHARD_BYTES = 5_000_000_000L;

  /** What a conversion can read besides one file of weights. */
  public enum Input {
    FILES,
    VOCABULARY,
    SETTINGS,
    PREDICTION
  }

  /**
   * A conversion of published files.
   *
   * @param files the files of weights
   * @param tokenizer the vocabulary's file or folder
   * @param settings a folder with the settings of networks of unpublished sizes
   * @param predicts what the network predicts, if the files do not say it
   * @param output the folder to write
   * @param dtype the type of stored floats; empty for those of the files
   */
  public record Conversion(
      List<Path> files,
      Optional<Path> tokenizer,
      Optional<Path> settings,
      Optional<Parameterization> predicts,
      Path output,
      Optional<DType> dtype) {
    /** Returns the first file. */
    public Path file() {
      return files.get(0);
    }

    /**
     * Returns the vocabulary.
     *
     * @throws IllegalArgumentException if none is given, or it does not exist
     */
    public Path vocabulary() {
      Path path =
          tokenizer.orElseThrow(
              () ->
                  Check.refusal(
                      "tokenizer", "none", "the vocabulary, which no file of weights has"));
      Check.that(Files.exists(path), "tokenizer", path, "a file or folder");
      return path;
    }
  }

  public PublishedLayout {
    takes = Set.copyOf(takes);
  }
}
