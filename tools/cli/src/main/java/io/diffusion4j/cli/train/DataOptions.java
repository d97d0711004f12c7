package io.diffusion4j.cli.train;

import io.diffusion4j.cli.options.PictureColumns;
import io.diffusion4j.cli.options.PreparationOptions;
import io.diffusion4j.data.BadPictures;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.training.UnclipTraining;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options for the training pictures and their reading. */
final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Train on these pictures instead of emoji: a folder (with metadata.jsonl or metadata.csv,"
              + " or NAME.txt beside NAME.png), a list (.csv, .tsv, .jsonl), Parquet files, or tar"
              + " shards such as {00000..00099}.tar; with :N, N times in an epoch. May be repeated."
              + " See docs/own-data.md.")
  private List<String> paths = List.of();

  @Mixin private PictureColumns columns = new PictureColumns();

  @Option(
      names = "--validation",
      paramLabel = "SHARE|PATH",
      description =
          "Held-out pictures: a share of --data, such as 0.02, chosen by a hash of each picture's"
              + " path, or a separate data set. Default: none")
  private @Nullable String validation;

  @Option(
      names = "--embeddings",
      paramLabel = "FILE|DIR",
      description =
          "Embeddings of the pictures of --data, computed by embed with the model's CLIP:"
              + " .safetensors files. Priors and decoder then use these instead of CLIP's image"
              + " tower, and priors decode no pictures. Requires centre crops.")
  private @Nullable Path embeddings;

  @Mixin private PreparationOptions preparation = new PreparationOptions();

  @Option(
      names = "--bad",
      paramLabel = "skip|fail",
      defaultValue = "skip",
      description =
          "The treatment of unreadable pictures: skip skips up to 5 %% and lists them at the end."
              + " Default: ${DEFAULT-VALUE}")
  private Bad bad = Bad.skip;

  @Option(
      names = "--min-size",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Skip pictures whose shorter side has fewer pixels, which would be enlarged. Default:"
              + " ${DEFAULT-VALUE}")
  private int minSize;

  @Option(
      names = "--data-threads",
      paramLabel = "N",
      description =
          "Threads that decode pictures ahead. Default: one less than the number of processors")
  private int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Cache pictures here at the training size, for this run and later ones: 12 KB for one of"
              + " 64×64. The folder may be deleted at any time.")
  private @Nullable Path cache;

  /** The treatment of unreadable pictures, with their largest share. */
  enum Bad {
    skip(BadPictures.DEFAULT_MAX),
    fail(0);

    private final double most;

    Bad(double most) {
      this.most = most;
    }
  }

  /**
   * Returns the paths of {@code --data}, none for emoji.
   *
   * @throws IllegalArgumentException if pictures are held out without {@code --data}
   */
  List<String> paths() {
    Check.that(
        validation == null || !paths.isEmpty(), "validation", validation, "none without --data");
    Check.that(
        embeddings == null || !paths.isEmpty(), "embeddings", embeddings, "none without --data");
    return paths;
  }

  /**
   * Returns normally if embeddings are absent or useful for these parts.
   *
   * @throws IllegalArgumentException if the parts include CLIP, which changes the embeddings, or
   *     none of them uses embeddings
   */
  void requireUseOfEmbeddings(List<TrainableComponent> parts) {
    Check.that(
        embeddings == null
            || (parts.stream().anyMatch(TrainableComponent::learnsFromEmbeddings)
                && !parts.contains(UnclipTraining.CLIP)),
        "embeddings",
        embeddings,
        "with prior, prior-ar or decoder, after clip");
  }

  /** Opens the data set of the paths. */
  OwnPictures open() {
    return OwnPictures.open(
        paths,
        columns.columns(),
        Optional.ofNullable(validation),
        preparation.preparation(),
        new BadPictures(bad.most, minSize),
        threads,
        Optional.ofNullable(cache),
        Optional.ofNullable(embeddings));
  }
}
