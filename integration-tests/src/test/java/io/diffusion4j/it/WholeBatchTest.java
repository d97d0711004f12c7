package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.ClipBatches;
import io.diffusion4j.clip.ContrastiveObjective;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.BpeTrainer;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.unclip.training.UnclipPreset;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A contrastive loss depends on the whole batch, in however many pieces it is computed. */
class WholeBatchTest {
  private static final int PAIRS = 8;
  private static final int STEPS = 3;
  private static final List<String> CAPTIONS =
      List.of(
          "a red apple",
          "a green frog",
          "two red frogs",
          "a pizza",
          "a blue boat",
          "three cats",
          "an old dog",
          "a small house");

  /**
   * AdamW with ε = 1, whose steps are proportional to the gradient. A small ε takes large steps
   * where a gradient is only rounding error.
   */
  private static final Optimizer PROPORTIONAL =
      new Optimizer(Optimizer.Method.ADAMW, 0.9, 0.999, 1, 0);

  private final UnclipPreset preset = EmojiPreset.of("tiny").sizes().of(UnclipPreset.class);
  private final ClipTokenizer tokenizer =
      new ClipTokenizer(
          BpeTrainer.ofSize(600).train(CAPTIONS.stream()),
          TokenizerConfig.karlo().withMaxLength(preset.clip().text().length()),
          TextNormalization.HUGGING_FACE);
  private final ContrastiveObjective objective =
      new ContrastiveObjective(
          preset.clip().textNetwork(tokenizer.vocabulary().size()), preset.vision());

  @ParameterizedTest
  @CsvSource({"onednn, 4", "onednn, 2", "tensorflow, 4"})
  void accumulatedStepsAreThoseOfOneLargeBatch(String engine, int rows) {
    try (var whole = trainer(engine, PAIRS);
        var parts = trainer(engine, rows)) {
      for (int step = 0; step < STEPS; step++) {
        var expected = whole.step(batches(PAIRS).batch(step));
        int first = step * PAIRS / rows;
        var actual =
            parts.step(
                IntStream.range(0, PAIRS / rows)
                    .mapToObj(part -> batches(rows).batch(first + part))
                    .toArray(Batch[]::new));
        assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-5));
        assertThat(actual.gradientNorm())
            .isCloseTo(expected.gradientNorm(), within(1e-4 * expected.gradientNorm()));
        assertThat(actual.metrics()).containsOnlyKeys("accuracy", "logit_scale");
        assertThat(actual.metrics().get("accuracy")).isEqualTo(expected.metrics().get("accuracy"));
      }
      assertSame(parts.weights(), whole.weights());
    }
  }

  private static void assertSame(TensorSource actual, TensorSource expected) {
    assertThat(actual.names()).isEqualTo(expected.names());
    for (String name : expected.names()) {
      float[] values = expected.read(name);
      float[] others = actual.read(name);
      for (int i = 0; i < values.length; i++) {
        assertThat(others[i]).as(name).isCloseTo(values[i], within(1e-5f));
      }
    }
  }

  private Trainer trainer(String engine, int rows) {
    var config =
        TrainingConfig.of(STEPS, rows, 0.5, 1)
            .withAccumulate(PAIRS / rows)
            .withOptimizer(PROPORTIONAL)
            .withCompute(Compute.of(Precision.FLOAT32).withEngine(engine));
    return new Trainer(objective, config);
  }

  /** Pairs of random pictures and captions, in batches of this size. */
  private BatchSource batches(int rows) {
    int side = preset.vision().imageSize();
    CaptionedImages pairs =
        index -> {
          var random = new SplittableRandom(index);
          float[] pixels = new float[side * side * 3];
          for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextDouble(-1, 1);
          }
          return new CaptionedImage(
              new Image(side, side, pixels), CAPTIONS.get((int) (index % PAIRS)));
        };
    return new ClipBatches(pairs, tokenizer, ClipPreprocessor.clip(side), rows);
  }
}
