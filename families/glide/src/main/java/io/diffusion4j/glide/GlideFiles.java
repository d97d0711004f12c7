package io.diffusion4j.glide;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * GLIDE's published files, {@code base.pt}, {@code upsample.pt} and the two with {@code -inpaint}.
 * A file is recognised by the names and the shapes of its tensors.
 */
public final class GlideFiles {
  private static final List<String> VOCABULARIES =
      List.of("encoder.json", "vocab.bpe", "vocab.json", "merges.txt");

  private GlideFiles() {}

  /** Returns the networks by the names of their files, without {@code .pt}. */
  public static Map<String, GlideConfig> published() {
    Map<String, GlideConfig> all = new LinkedHashMap<>();
    all.put("base", GlideConfig.base());
    all.put("upsample", GlideConfig.upsampler());
    all.put("base-inpaint", GlideConfig.baseInpaint());
    all.put("upsample-inpaint", GlideConfig.upsamplerInpaint());
    return all;
  }

  /**
   * Finds the settings of a published file.
   *
   * @throws CheckpointException if the file is none of the published ones; the message lists them
   */
  public static GlideConfig recognise(Path origin, TensorSource tensors) {
    return Manifest.recognise(
        origin,
        tensors,
        published(),
        GlideFolders::manifest,
        " of GLIDE, or the settings beside it");
  }

  /**
   * Writes a folder in the layout of {@link GlideNetworks}, or adds to one: the base network is
   * written to {@code base}, the upsampler to {@code upsample}.
   *
   * @param vocabulary the folder of GLIDE's {@code encoder.json} and {@code vocab.bpe}
   * @param settings the folder with the {@code config.json} of a network that is not published;
   *     empty for published networks
   * @param dtype how floats are stored; empty to keep their type
   * @param maxShardBytes maximum size of one file of weights
   * @throws CheckpointException if the tensors are not the network's
   * @throws IllegalArgumentException if two files contain the same network, or the vocabulary does
   *     not fit
   */
  public static void convert(
      List<Path> files,
      Path vocabulary,
      Optional<Path> settings,
      Path output,
      Optional<DType> dtype,
      long maxShardBytes) {
    Map<String, Path> places = new LinkedHashMap<>();
    try {
      var tokenizer = Gpt2Tokenizer.load(vocabulary);
      for (Path file : files) {
        try (var checkpoint = Checkpoint.open(file)) {
          GlideConfig config =
              settings.map(GlideFolders::read).orElseGet(() -> recognise(file, checkpoint));
          GlideFolders.manifest(config).differences(checkpoint).requireNone(file);
          config.requireFits(tokenizer);
          String name = config.unet().beside().low() ? GlideNetworks.UPSAMPLE : GlideNetworks.BASE;
          Path other = places.put(name, file);
          Check.that(other == null, name, other + " and " + file, "one file");
          Path folder = Files.createDirectories(output.resolve(name));
          GlideFolders.writeConfig(folder, config);
          new SafetensorsWriter()
              .copyAll(checkpoint, dtype)
              .writeSharded(folder, Checkpoint.TRANSFORMERS, maxShardBytes);
        }
      }
      Path words = Files.createDirectories(output.resolve(GlideNetworks.TOKENIZER));
      for (String name : VOCABULARIES) {
        if (Files.isRegularFile(vocabulary.resolve(name))) {
          Files.copy(
              vocabulary.resolve(name), words.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot convert to " + output + ": " + e.getMessage(), e);
    }
  }
}
