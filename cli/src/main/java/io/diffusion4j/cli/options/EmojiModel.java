package io.diffusion4j.cli.options;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.unclip.ModelFacts;
import java.nio.file.Path;

/** Which emoji suit a model. */
public final class EmojiModel {
  private static final String DATA = "diffusion4j.data";

  private EmojiModel() {}

  /**
   * The preset that a model was trained as; for one that names none, that of the model that ships.
   *
   * @throws IllegalArgumentException if it was trained on other pictures
   */
  public static EmojiPreset preset(Path model) {
    String name = ModelFacts.of(model).name();
    return name.equals(ModelFacts.NAMELESS) ? EmojiPreset.emoji() : trained(model, name);
  }

  /**
   * The preset of a name that a model's weights have.
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
