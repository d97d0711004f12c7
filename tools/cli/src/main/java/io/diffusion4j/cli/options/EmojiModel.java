package io.diffusion4j.cli.options;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.unclip.ModelFacts;
import java.nio.file.Path;

/** The choice of emoji for a model. */
public final class EmojiModel {
  private static final String DATA = "diffusion4j.data";

  private EmojiModel() {}

  /**
   * Returns the preset that a model was trained with, or the shipped model's preset if the model
   * names none.
   *
   * @throws IllegalArgumentException if it was trained on other pictures
   */
  public static EmojiPreset preset(Path model) {
    String name = ModelFacts.of(model).name();
    return name.equals(ModelFacts.NAMELESS) ? EmojiPreset.emoji() : trained(model, name);
  }

  /**
   * Returns the preset with the name in a model's weights.
   *
   * @throws IllegalArgumentException if it was trained on other pictures
   */
  public static EmojiPreset trained(Path model, String name) {
    try (var decoder = ModelFolder.open(model).checkpoint("decoder")) {
      Check.that(
          !decoder.metadata().containsKey(DATA),
          "images",
          "none",
          "a folder, for a model that was trained on " + decoder.metadata().get(DATA));
    }
    return EmojiPreset.named(name);
  }
}
