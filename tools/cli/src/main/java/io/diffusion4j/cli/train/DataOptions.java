package io.diffusion4j.cli.train;

import io.diffusion4j.cli.options.GivenOptions;
import io.diffusion4j.cli.options.PictureColumns;
import io.diffusion4j.cli.options.PreparationOptions;
import io.diffusion4j.data.BadPictures;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.training.UnclipTraining;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options for the training pictures and their reading. */
final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Train on these pictures instead of emoji: a folder (with metadata.jsonl or "
              + "metadata.csv, or NAME.txt next to NAME.png), a list (.csv, .tsv, .jsonl), "
              + "Parquet files, or tar shards such as {00000..00099}.tar. PATH:N repeats the "
              + "data N times in each epoch. May be repeated. See docs/own-data.md.")
  private List<String> paths = List.of();

  @Mixin private PictureColumns columns = new PictureColumns();

  @Option(
      names = "--validation",
      paramLabel = "SHARE|PATH",
      description =
          "The validation pictures: a share of --data, such as 0.02, selected by a "
              + "hash of each picture's path, or the path of a separate data set. Default: "
              + "none")
  private @Nullable String validation;

  @Option(
      names = "--embeddings",
      paramLabel = "FILE|DIR",
      description =
          "The embeddings of the pictures in --data, as .safetensors files that embed "
              + "computed with the model's CLIP. Priors and the decoder then skip CLIP's "
              + "image encoder, and priors decode no pictures. Requires --crop center.")
  private @Nullable Path embeddings;

  @Mixin private PreparationOptions preparation = new PreparationOptions();

  @Option(
      names = "--bad",
      paramLabel = "skip|fail",
      defaultValue = "skip",
      description =
          "How to treat unreadable pictures: skip skips up to 5 %% of the pictures and "
              + "lists them at the end; fail stops at the first. Default: ${DEFAULT-VALUE}")
  private Bad bad = Bad.skip;

  @Option(
      names = "--min-size",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Skip pictures whose shorter side has fewer than N pixels. Default: "
              + "${DEFAULT-VALUE}, none are skipped")
  private int minSize;

  @Option(
      names = "--data-threads",
      paramLabel = "N",
      description =
          "The number of threads that decode pictures in advance. Default: one less "
              + "than the number of processors")
  private int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Cache the decoded pictures in this folder at the training resolution, for "
              + "this run and later ones: 12 KB for a 64×64 picture. The cache may be "
              + "deleted at any time.")
  private @Nullable Path cache;

  @Spec(Spec.Target.SELF)
  private CommandSpec self = CommandSpec.create();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

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
   * @throws IllegalArgumentException if an option of the pictures is given without {@code --data}
   */
  List<String> paths() {
    if (paths.isEmpty()) {
      GivenOptions.refuseBeside(Set.of("--data"), self, command, "none without --data");
    }
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
