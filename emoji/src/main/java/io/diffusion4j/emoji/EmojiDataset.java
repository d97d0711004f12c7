package io.diffusion4j.emoji;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.scene.CaptionMix;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.SceneSampler;
import io.diffusion4j.emoji.scene.SceneSplit;

/**
 * An endless series of captioned pictures: example <i>i</i> is a pure function of the settings, the
 * sprites and <i>i</i>.
 */
public final class EmojiDataset implements CaptionedImages {
  private final SceneSampler sampler;
  private final SceneRenderer renderer;
  private final Captioner captioner;
  private final Settings settings;
  private final Sprites sprites;

  /**
   * The settings of a series.
   *
   * @param concepts the concepts in the pictures
   * @param scenes the frequency of each kind of scene
   * @param captions the wording of captions
   * @param split the training split, or one of the test splits
   * @param imageSize side of the pictures in pixels, at least 8
   * @param seed seed of all choices
   */
  public record Settings(
      ConceptSet concepts,
      SceneMix scenes,
      CaptionMix captions,
      SceneSplit split,
      int imageSize,
      long seed) {
    public Settings {
      if (imageSize < 8) {
        throw new IllegalArgumentException("imageSize: " + imageSize + " (expected: ≥ 8)");
      }
    }

    /** Returns the standard training series of a concept set. */
    public static Settings training(ConceptSet concepts, int imageSize, long seed) {
      return new Settings(
          concepts,
          SceneMix.mostlyCentred(),
          CaptionMix.standard(),
          SceneSplit.TRAIN,
          imageSize,
          seed);
    }

    /** Returns the settings with other concepts. */
    public Settings withConcepts(ConceptSet others) {
      return new Settings(others, scenes, captions, split, imageSize, seed);
    }

    /** Returns the settings with another mix of scenes. */
    public Settings withScenes(SceneMix mix) {
      return new Settings(concepts, mix, captions, split, imageSize, seed);
    }

    /** Returns the settings with another wording of captions. */
    public Settings withCaptions(CaptionMix mix) {
      return new Settings(concepts, scenes, mix, split, imageSize, seed);
    }

    /** Returns the settings of another split. */
    public Settings withSplit(SceneSplit other) {
      return new Settings(concepts, scenes, captions, other, imageSize, seed);
    }
  }

  /**
   * Creates a data set.
   *
   * @param sprites sprites of all concepts in all styles of the settings
   * @throws IllegalArgumentException if the sprites lack a style
   */
  public EmojiDataset(Settings settings, Sprites sprites) {
    if (!sprites.styles().containsAll(settings.scenes().styles())) {
      throw new IllegalArgumentException(
          "sprites: "
              + sprites.styles()
              + " (expected: all of "
              + settings.scenes().styles()
              + ")");
    }
    this.settings = settings;
    this.sampler =
        new SceneSampler(settings.concepts(), settings.scenes(), settings.split(), settings.seed());
    this.renderer = new SceneRenderer(sprites);
    this.captioner = new Captioner(settings.captions());
    this.sprites = sprites;
  }

  /** Opens a series, rasterising missing sprites into the user's cache. */
  public static EmojiDataset open(Settings settings, int spriteSize) {
    return new EmojiDataset(
        settings, Sprites.load(settings.concepts(), settings.scenes().styles(), spriteSize));
  }

  /**
   * Returns another series of the same drawings.
   *
   * @throws IllegalArgumentException if it needs more styles than this one
   */
  public EmojiDataset with(Settings others) {
    return new EmojiDataset(others, sprites);
  }

  @Override
  public CaptionedImage get(long index) {
    Scene scene = scene(index);
    return render(scene, captioner.caption(scene, index, settings.seed()));
  }

  /** Returns the scene of an example, without its picture. */
  public Scene scene(long index) {
    return sampler.scene(index);
  }

  /** Draws any scene of these concepts and styles, at the image size of this series. */
  public CaptionedImage render(Scene scene, String caption) {
    return new CaptionedImage(renderer.render(scene, settings.imageSize()), caption);
  }
}
