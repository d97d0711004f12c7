package io.diffusion4j.emoji.train;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.emoji.EmojiDataset;
import io.diffusion4j.emoji.EmojiDataset.Settings;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneSplit;

/** Pictures for examining a model of a preset: like its training pictures, in any split. */
public final class PresetPictures {
  private PresetPictures() {}

  /**
   * Returns pictures. In every split except {@link SceneSplit#TRAIN}, no part of the model was
   * trained on them.
   *
   * @param seed the index of the first picture
   * @param size the size in pixels
   */
  public static CaptionedImages of(EmojiPreset preset, SceneSplit split, long seed, int size) {
    return data(preset, split, seed, size);
  }

  /**
   * Returns pairs of pictures with plain captions: two things in a relation that was never trained
   * on, followed by the same two exchanged.
   *
   * @param seed the index of the first picture
   * @param size the size in pixels
   */
  public static CaptionedImages exchanges(EmojiPreset preset, long seed, int size) {
    var data = data(preset, SceneSplit.HELD_OUT_RELATION, seed, size);
    return index -> {
      Scene scene = data.scene(index / 2);
      Scene shown = index % 2 == 0 ? scene : scene.swapped().orElseThrow();
      return data.render(shown, Captioner.factual(shown));
    };
  }

  private static EmojiDataset data(EmojiPreset preset, SceneSplit split, long seed, int size) {
    return EmojiDataset.open(
        Settings.training(preset.drawn().concepts(), size, seed)
            .withScenes(preset.drawn().scenes())
            .withSplit(split),
        EmojiData.SPRITE_SIZE);
  }
}
