package io.diffusion4j.cli.options;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.emoji.scene.SceneSplit;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.emoji.train.PresetPictures;
import io.diffusion4j.unclip.UnclipFamily;
import io.diffusion4j.unclip.training.UnclipPreset;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options for pictures with captions, on which the networks of a model are evaluated. */
public final class ExampleOptions {
  @Option(
      names = "--count",
      paramLabel = "N",
      description =
          "The number of pictures. Default: enough emoji for a stable result; with "
              + "--images, all pictures in the folder")
  private @Nullable Integer count;

  @Mixin private CommonOptions.Seed seed = new CommonOptions.Seed();

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Use the PNG and JPEG files in this folder instead of emoji, for a model "
              + "trained on such pictures. NAME.txt contains the caption of NAME.png.")
  private @Nullable Path images;

  /**
   * The resolved examples.
   *
   * @param pictures the examples
   * @param exchanges the exchanges of emoji, pairs of things with their exchanged versions
   * @param count the number of each
   * @param seed the seed of pictures and noise
   */
  public record Examples(
      CaptionedImages pictures, Optional<CaptionedImages> exchanges, int count, long seed) {}

  /**
   * Resolves the options for a model of unCLIP.
   *
   * @param model sets the emoji and their size if there is no folder
   * @param defaultValue the default number of emoji
   * @throws IllegalArgumentException if an option is invalid
   */
  public Examples of(Path model, int defaultValue) {
    long drawn = seed.value();
    PictureFiles folder = images == null ? null : PictureFiles.folder("images", images);
    int size = size(folder, defaultValue);
    UnclipFamily.require(model);
    if (folder != null) {
      return new Examples(folder.inOrder(), Optional.empty(), size, drawn);
    }
    EmojiPreset preset = EmojiModel.preset(model);
    return emoji(preset, preset.sizes().of(UnclipPreset.class).imageSize(), size, drawn);
  }

  /**
   * Resolves the options for a model of another family.
   *
   * @param side the size of emoji in pixels if there is no folder
   * @param defaultValue the default number of emoji
   * @throws IllegalArgumentException if an option is invalid
   */
  public Examples of(int side, int defaultValue) {
    long drawn = seed.value();
    PictureFiles folder = images == null ? null : PictureFiles.folder("images", images);
    int size = size(folder, defaultValue);
    return folder == null
        ? emoji(EmojiPreset.emoji(), side, size, drawn)
        : new Examples(folder.inOrder(), Optional.empty(), size, drawn);
  }

  private int size(@Nullable PictureFiles folder, int defaultValue) {
    int size = folder != null ? size(folder, count) : count != null ? count : defaultValue;
    Check.that(size >= 2, "count", size, "≥ 2");
    return size;
  }

  private static Examples emoji(EmojiPreset preset, int side, int size, long drawn) {
    return new Examples(
        PresetPictures.of(preset, SceneSplit.TRAIN, drawn, side),
        Optional.of(PresetPictures.exchanges(preset, drawn, side)),
        size,
        drawn);
  }

  /**
   * Returns the number of pictures to use.
   *
   * @param count the number as given, null for all
   * @throws IllegalArgumentException if there are fewer
   */
  public static int size(PictureSet pictures, @Nullable Integer count) {
    Check.that(
        count == null || count <= pictures.size(),
        "count",
        count,
        "at most the %d of %s",
        pictures.size(),
        pictures.name());
    return count != null ? count : Math.toIntExact(pictures.size());
  }
}
