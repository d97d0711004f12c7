package io.diffusion4j.emoji.train;

import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.decoder.TextProjection;
import io.diffusion4j.decoder.UnetConfig;
import io.diffusion4j.decoder.UnetConfig.TimeConditioning;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.prior.PriorConfig;
import io.diffusion4j.tf.train.Optimizer;
import io.diffusion4j.tf.train.Optimizer.Method;
import io.diffusion4j.tf.train.TrainingConfig;
import java.util.EnumSet;
import java.util.List;

/**
 * A size of the whole system: the concepts it draws, the shapes of its networks, and how long each
 * is trained.
 *
 * @param name as it is asked for
 * @param concepts what it draws
 * @param scenes what all parts learn from, and in which styles
 * @param vocabulary tokens
 * @param corpus captions, of all styles, that the vocabulary is learned from
 * @param textLength positions of a text
 * @param text CLIP's text tower
 * @param vision CLIP's image tower
 * @param prior the prior
 * @param statistics image embeddings that the prior's standardisation is taken from
 * @param decoder the decoder
 * @param projection what the decoder is told
 * @param upsampler the upsampler
 * @param crop height and width of the upsampler's training crops
 * @param curriculum what CLIP learns first
 * @param clipTraining how CLIP is trained
 * @param priorTraining how the prior is trained
 * @param decoderTraining how the decoder is trained
 * @param upsamplerTraining how the upsampler is trained
 * @param lastStepTraining how the upsampler's network for the last step is trained on from it
 */
public record Preset(
    String name,
    ConceptSet concepts,
    SceneMix scenes,
    int vocabulary,
    int corpus,
    int textLength,
    ClipTextNetwork text,
    ClipVisionNetwork vision,
    PriorConfig prior,
    int statistics,
    UnetConfig decoder,
    TextProjection projection,
    UnetConfig upsampler,
    int crop,
    Curriculum curriculum,
    TrainingConfig clipTraining,
    TrainingConfig priorTraining,
    TrainingConfig decoderTraining,
    TrainingConfig upsamplerTraining,
    TrainingConfig lastStepTraining) {
  private static final double EPS = 1e-5;

  public Preset {
    if (corpus < 1) {
      throw new IllegalArgumentException("corpus: " + corpus + " (expected: ≥ 1)");
    }
    if (statistics < 2) {
      throw new IllegalArgumentException("statistics: " + statistics + " (expected: ≥ 2)");
    }
  }

  /** The model that ships. */
  public static Preset emoji() {
    int e = 128;
    int length = 32;
    int vocabulary = 2048;
    int context = 128;
    var decoder =
        new UnetConfig(
            32,
            3,
            6,
            List.of(48, 96, 192, 256, 128, 128), // down to a single pixel
            List.of(false, false, true, true, false, false),
            true,
            1,
            32,
            context,
            16,
            EPS,
            TimeConditioning.SCALE_SHIFT);
    var upsampler =
        new UnetConfig(
            128,
            6,
            3,
            List.of(32, 48, 64),
            List.of(false, false, false),
            false,
            1,
            8,
            0,
            16,
            EPS,
            TimeConditioning.ADD);
    return new Preset(
        "emoji",
        ConceptSet.natureAndFood(),
        // One drawing of each concept is what hours on two cores teach; these sets draw nearly all.
        // Which of two things stands where is learned last, and needs more than one scene in seven.
        SceneMix.mostlyCentred()
            .withRelated(0.3)
            .withOneStyleOf(EnumSet.of(Style.NOTO, Style.TWITTER, Style.FLAT)),
        vocabulary,
        60_000,
        length,
        new ClipTextNetwork(
            new Transformer(e, 4 * e, 3, 4, Activation.QUICK_GELU, EPS), vocabulary, length, e),
        new ClipVisionNetwork(
            new Transformer(e, 4 * e, 4, 4, Activation.QUICK_GELU, EPS), 64, 8, e),
        new PriorConfig(3, 64, 4, e, length),
        4_096,
        decoder,
        new TextProjection(4, e, decoder.timeEmbedDim(), context),
        upsampler,
        upsampler.sampleSize(), // whole pictures: crops leave their rims off colour
        new Curriculum(12, 300, 75),
        TrainingConfig.of(3_000, 128, 1.5e-3, 1),
        TrainingConfig.of(1_500, 64, 1e-3, 2),
        muon(5_600, 32, 1e-3, 3),
        muon(3_000, 4, 1e-3, 4),
        muon(200, 4, 3e-4, 5));
  }

  /** Two minutes for everything, to see that it works; the pictures are blobs. */
  public static Preset tiny() {
    int e = 32;
    int length = 24;
    int vocabulary = 700;
    var decoder =
        new UnetConfig(
            16,
            3,
            6,
            List.of(16, 32),
            List.of(false, true),
            true,
            1,
            16,
            e,
            8,
            EPS,
            TimeConditioning.SCALE_SHIFT);
    var upsampler =
        new UnetConfig(
            64,
            6,
            3,
            List.of(16, 32),
            List.of(false, false),
            false,
            1,
            8,
            0,
            8,
            EPS,
            TimeConditioning.ADD);
    return new Preset(
        "tiny",
        ConceptSet.ofLabels(
            "tiny", List.of("red apple", "lemon", "cat face", "dog face", "pizza", "frog")),
        SceneMix.mostlyCentred(),
        vocabulary,
        2_000,
        length,
        new ClipTextNetwork(
            new Transformer(e, 4 * e, 2, 2, Activation.QUICK_GELU, EPS), vocabulary, length, e),
        new ClipVisionNetwork(
            new Transformer(e, 4 * e, 2, 2, Activation.QUICK_GELU, EPS), 32, 8, e),
        new PriorConfig(2, 16, 2, e, length),
        256,
        decoder,
        new TextProjection(4, e, decoder.timeEmbedDim(), e),
        upsampler,
        32,
        new Curriculum(3, 10, 5),
        TrainingConfig.of(60, 32, 2e-3, 1),
        TrainingConfig.of(60, 32, 1e-3, 2),
        muon(80, 16, 1e-3, 3),
        muon(30, 4, 1e-3, 4),
        muon(10, 4, 5e-4, 5));
  }

  /**
   * The preset of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Preset named(String name) {
    return switch (name) {
      case "emoji" -> emoji();
      case "tiny" -> tiny();
      default ->
          throw new IllegalArgumentException("preset: " + name + " (expected: one of emoji, tiny)");
    };
  }

  private static TrainingConfig muon(long steps, int batchSize, double learningRate, long seed) {
    return TrainingConfig.of(steps, batchSize, learningRate, seed)
        .withOptimizer(Optimizer.of(Method.MUON));
  }

  /** Height and width of the large images. */
  public int imageSize() {
    return upsampler.sampleSize();
  }
}
