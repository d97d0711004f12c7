package io.diffusion4j.cli.evaluate;

import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.cli.options.EmojiModel;
import io.diffusion4j.cli.options.ExampleOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood.Example;
import io.diffusion4j.emoji.scene.SceneSplit;
import io.diffusion4j.emoji.train.PresetPictures;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.unclip.ModelFacts;
import io.diffusion4j.unclip.UnclipFamily;
import io.diffusion4j.unclip.training.UnclipPreset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options for the pictures and the model of a likelihood. */
final class LikelihoodOptions {
  /** The splits by their names on the command line. */
  enum Pictures {
    style(SceneSplit.HELD_OUT_STYLE),
    background(SceneSplit.HELD_OUT_BACKGROUND),
    count(SceneSplit.HELD_OUT_COUNT),
    relation(SceneSplit.HELD_OUT_RELATION),
    train(SceneSplit.TRAIN);

    final SceneSplit split;

    Pictures(SceneSplit split) {
      this.split = split;
    }
  }

  @Option(
      names = "--count",
      paramLabel = "N",
      description =
          "The number of pictures. Default: 16; with --images, all pictures in the folder")
  private @Nullable Integer count;

  @Mixin private CommonOptions.Seed seed = new CommonOptions.Seed();

  @Option(
      names = "--split",
      paramLabel = "NAME",
      defaultValue = "style",
      description =
          "The split of the emoji pictures: style, background, count or relation for "
              + "combinations held out by that property, or train for training pictures. "
              + "Default: ${DEFAULT-VALUE}")
  private Pictures pictures = Pictures.style;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Measure the PNG and JPEG files in this folder instead of emoji; NAME.txt "
              + "contains the caption of NAME.png.")
  private @Nullable Path images;

  @Option(
      names = "--label",
      paramLabel = "N",
      description = "The class number of the pictures, for a class-conditional model.")
  private @Nullable Integer label;

  @Mixin private CommonOptions.JsonFile json = new CommonOptions.JsonFile();

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  /**
   * The resolved options.
   *
   * @param source the pictures
   * @param count the number of pictures
   * @param model its name
   * @param digest the digest of the model
   * @param words describes the pictures
   * @param label their class
   */
  record Measured(
      CaptionedImages source,
      int count,
      String model,
      String digest,
      String words,
      long seed,
      OptionalInt label) {
    Example example(int i) {
      var example = source.get(i);
      return new Example(example.image(), example.caption(), label);
    }

    /** Describes the pictures and their size. */
    String words(int width, int height) {
      return String.format(
          Locale.ROOT, "%s: %d of %d×%d pixels, seed %d", words, count, width, height, seed);
    }

    /** Returns the start of a report. */
    ConfigWriter json(int width, int height) {
      return ConfigWriter.nested()
          .put("model", model)
          .put("digest", digest)
          .put("pictures", words)
          .put("seed", seed)
          .put("image_size", width)
          .put("image_height", height)
          .put("image_count", count);
    }
  }

  private static void requireWritable(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    Check.that(
        parent != null && Files.isDirectory(parent) && !Files.isDirectory(file),
        "json",
        file,
        "a file in a folder that is there");
  }

  /** Checks everything that needs no model. */
  Measured measured() {
    Check.that(count == null || count >= 1, "count", count, "≥ 1");
    Check.that(label == null || label >= 0, "label", label, "≥ 0");
    seed.value();
    json.path().ifPresent(LikelihoodOptions::requireWritable);
    PictureFiles files = images == null ? null : PictureFiles.folder("images", images);
    int size = files != null ? ExampleOptions.size(files, count) : count != null ? count : 16;
    Path folder = model.folder();
    ModelFamily family = OpenPipeline.family(folder);
    String name =
        new UnclipFamily().isAt(folder)
            ? ModelFacts.of(folder).name()
            : family.name().toLowerCase(Locale.ROOT);
    return new Measured(
        files != null ? files.inOrder() : heldOut(folder, name),
        size,
        name,
        family.digest(folder, opening()),
        images == null ? "emoji, split " + pictures : images.toString(),
        seed.value(),
        label == null ? OptionalInt.empty() : OptionalInt.of(label));
  }

  private CaptionedImages heldOut(Path folder, String name) {
    Check.that(
        new UnclipFamily().isAt(folder) && !name.equals(ModelFacts.NAMELESS),
        "images",
        "none",
        "a folder, for a model that was not trained on emoji");
    var preset = EmojiModel.trained(folder, name);
    int size = preset.sizes().of(UnclipPreset.class).clip().image().size();
    return PresetPictures.of(preset, pictures.split, seed.value(), size);
  }

  /** Opens the model, by default in float32, since small differences count. */
  PictureLikelihood open() {
    return OpenPipeline.family(model.folder()).likelihood(model.folder(), opening());
  }

  private OpenOptions opening() {
    OpenOptions how = model.opening(Residency.ALWAYS);
    return how.withPrecision(how.precision().or(() -> Optional.of(Precision.FLOAT32)));
  }

  /** Returns the folder of the model. */
  Path folder() {
    return model.folder();
  }

  /** Returns the file for the figures, if any. */
  Optional<Path> json() {
    return json.path();
  }
}
