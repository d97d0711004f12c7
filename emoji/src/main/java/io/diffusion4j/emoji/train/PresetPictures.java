package io.diffusion4j.emoji.train;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.emoji.EmojiDataset;
import io.diffusion4j.emoji.EmojiDataset.Settings;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.Split;

/** Pictures to ask a model of a preset about: such as it was trained with, in any split. */
public final class PresetPictures {
  private PresetPictures() {}

  /**
   * Pictures as large as those that CLIP sees; for every split but {@link Split#TRAIN} none that
   * any part of the model has seen.
   *
   * @param seed which of them come first
   */
  public static CaptionedImages of(EmojiPreset preset, Split split, long seed) {
    return of(preset, split, seed, preset.sizes().clip().image().size());
  }

  /** The same of another size in pixels. */
  public static CaptionedImages of(EmojiPreset preset, Split split, long seed, int size) {
    return data(preset, split, seed, size);
  }

  /**
   * Pictures in twos, with captions in plain words: two things that were never shown like this in
   * training, and next the same with their places exchanged.
   *
   * @param seed which of them come first
   * @param size in pixels
   */
  public static CaptionedImages exchanges(EmojiPreset preset, long seed, int size) {
    var data = data(preset, Split.HELD_OUT_RELATION, seed, size);
    return index -> {
      Scene scene = data.scene(index / 2);
      Scene shown = index % 2 == 0 ? scene : scene.swapped().orElseThrow();
      return data.render(shown, Captioner.factual(shown));
    };
  }

  private static EmojiDataset data(EmojiPreset preset, Split split, long seed, int size) {
    return EmojiDataset.open(
        Settings.training(preset.drawn().concepts(), size, seed)
            .withScenes(preset.drawn().scenes())
            .withSplit(split),
        EmojiData.SPRITE_SIZE);
  }
}
