package io.diffusion4j.emoji;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.scene.CaptionMix;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.SceneSampler;
import io.diffusion4j.emoji.scene.Split;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;

/**
 * An endless series of captioned pictures, any of which can be had at any time: example <i>i</i> is
 * a pure function of the settings, the sprites and <i>i</i>. Training that remembers how many
 * examples it has seen resumes bit for bit. Thread-safe.
 */
public final class EmojiDataset {
  private final SceneSampler sampler;
  private final SceneRenderer renderer;
  private final Captioner captioner;
  private final Settings settings;
  private final Sprites sprites;

  /**
   * What the series is made of.
   *
   * @param concepts what may be shown
   * @param scenes how often each kind of scene is shown
   * @param captions how it is put in words
   * @param split training, or one of the tests
   * @param imageSize side of the pictures in pixels, at least 8
   * @param seed of all choices
   */
  public record Settings(
      ConceptSet concepts,
      SceneMix scenes,
      CaptionMix captions,
      Split split,
      int imageSize,
      long seed) {
    public Settings {
      if (imageSize < 8) {
        throw new IllegalArgumentException("imageSize: " + imageSize + " (expected: ≥ 8)");
      }
    }

    /** The standard training series of a concept set. */
    public static Settings training(ConceptSet concepts, int imageSize, long seed) {
      return new Settings(
          concepts, SceneMix.mostlyCentred(), CaptionMix.standard(), Split.TRAIN, imageSize, seed);
    }

    public Settings withConcepts(ConceptSet others) {
      return new Settings(others, scenes, captions, split, imageSize, seed);
    }

    public Settings withScenes(SceneMix mix) {
      return new Settings(concepts, mix, captions, split, imageSize, seed);
    }

    public Settings withCaptions(CaptionMix mix) {
      return new Settings(concepts, scenes, mix, split, imageSize, seed);
    }

    public Settings withSplit(Split other) {
      return new Settings(concepts, scenes, captions, other, imageSize, seed);
    }

    public Settings withImageSize(int size) {
      return new Settings(concepts, scenes, captions, split, size, seed);
    }

    public Settings withSeed(long other) {
      return new Settings(concepts, scenes, captions, split, imageSize, other);
    }
  }

  /**
   * @param sprites of all concepts in all styles of the settings
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

  /** Opens a series, rasterising the sprites into the user's cache where they are not there yet. */
  public static EmojiDataset open(Settings settings, int spriteSize) {
    return new EmojiDataset(
        settings, Sprites.load(settings.concepts(), settings.scenes().styles(), spriteSize));
  }

  /**
   * Another series of the same drawings.
   *
   * @throws IllegalArgumentException if it needs more styles than this one
   */
  public EmojiDataset with(Settings others) {
    return new EmojiDataset(others, sprites);
  }

  /** Example {@code index}, any number: there is no end and no order. */
  public Example sample(long index) {
    Scene scene = scene(index);
    return render(scene, captioner.caption(scene, index, settings.seed()));
  }

  /** What example {@code index} shows, without its picture. */
  public Scene scene(long index) {
    return sampler.scene(index);
  }

  /** The caption of example {@code index}, without its picture. */
  public String caption(long index) {
    return captioner.caption(scene(index), index, settings.seed());
  }

  /**
   * The captions of the first {@code count} examples, for learning a vocabulary: what they leave
   * out is left out by the training too.
   */
  public Iterable<String> captions(long count) {
    return () -> captionsFrom(count);
  }

  private Iterator<String> captionsFrom(long count) {
    return LongStream.range(0, count).mapToObj(this::caption).iterator();
  }

  /** Every drawing of this split, once, in the middle of white, each with its factual caption. */
  public Iterable<Example> catalogue() {
    List<Scene> scenes = sampler.catalogue();
    return () -> scenes.stream().map(s -> render(s, Captioner.factual(s))).iterator();
  }

  /** Draws any scene of these concepts and styles, at the image size of this series. */
  public Example render(Scene scene, String caption) {
    return new Example(scene, renderer.render(scene, settings.imageSize()), caption);
  }

  /** What this series is made of. */
  public Settings settings() {
    return settings;
  }

  /** {@link Sprites#fingerprint()} of the drawings. */
  public String fingerprint() {
    return sprites.fingerprint();
  }
}
