package io.diffusion4j.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.prior.PriorConfig.Course;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The loss is what the paper's formula gives for the network's outputs. */
class DirectObjectiveTest {
  private static final int ROWS = 8;
  private static final int SIZE = 16;
  private static final int LENGTH = 4;
  private static final PriorConfig CONFIG =
      new PriorConfig(2, 16, 2, SIZE, LENGTH, Course.ONE_PASS);
  private static final Compute EXACT = Compute.of(Precision.FLOAT32);

  /** Texts whose embedding depends on their length. */
  private static final TextEncoder TEXTS =
      texts -> {
        List<TextEncoding> encodings = new ArrayList<>();
        for (String text : texts) {
          encodings.add(
              new TextEncoding(
                  waves(LENGTH * SIZE, text.length()),
                  new boolean[] {true, true, false, false},
                  waves(SIZE, 2 * text.length())));
        }
        return encodings;
      };

  private static float[] waves(int size, int frequency) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) Math.sin(1 + (1.0 + frequency) * i);
    }
    return values;
  }

  private static Batch batch(long step) {
    var data =
        new CaptionedEmbeddings(
            index ->
                new CaptionedImage(
                    new Image(1, 1, new float[] {index, 0, 0}), "a".repeat((int) index + 1)),
            TEXTS,
            examples ->
                examples.stream()
                    .map(example -> waves(SIZE, 3 * (int) example.image().pixels()[0]))
                    .toList(),
            0);
    return new DirectBatches(data, ROWS, 3).batch(step);
  }

  @Test
  void itIsTheSquareErrorAndTheEntropyOfFindingTheText() {
    var network = new PriorTransformer(CONFIG);
    var weights = RandomWeights.of(network, 2);
    var batch = batch(1);
    List<float[]> drawn;
    try (var compiled = new CompiledNetwork(network, weights, EXACT)) {
      var inputs =
          batch.only(
              Set.of(
                  NetworkDenoiser.SAMPLE,
                  PriorTransformer.TEXT_EMBEDDING,
                  PriorTransformer.HIDDEN,
                  PriorTransformer.PRESENT));
      drawn = Rows.unstack(compiled.run(inputs).get(0), ROWS);
    }
    var images = Rows.unstack(batch.floats(DirectObjective.IMAGE_EMBEDDING, SIZE), ROWS);
    var texts = Rows.unstack(batch.floats(DirectObjective.CONTRASTED_TEXT, SIZE), ROWS);
    double square = 0;
    double entropy = 0;
    for (int i = 0; i < ROWS; i++) {
      double sum = 0;
      for (int j = 0; j < ROWS; j++) {
        sum += Math.exp(100 * Vectors.cosine(drawn.get(i), texts.get(j)));
      }
      entropy += Math.log(sum) - 100 * Vectors.cosine(drawn.get(i), texts.get(i));
      for (int c = 0; c < SIZE; c++) {
        double error = drawn.get(i)[c] - images.get(i)[c];
        square += error * error / SIZE;
      }
    }
    double expected = square / ROWS + 0.2 * entropy / ROWS;
    for (String engine : List.of("tensorflow", "onednn")) {
      var config = TrainingConfig.of(1, ROWS, 1e-3, 1).withCompute(EXACT.withEngine(engine));
      try (var trainer = new Trainer(new DirectObjective(network, 0.2), config)) {
        trainer.startFrom(weights);
        assertThat(trainer.evaluate(batch).loss())
            .as(engine)
            .isCloseTo(expected, within(1e-5 * expected));
      }
    }
  }

  @Test
  void eachStepHasItsExamplesAndItsNoise() {
    var first = batch(0);
    assertThat(batch(0).floats(NetworkDenoiser.SAMPLE, SIZE))
        .isEqualTo(first.floats(NetworkDenoiser.SAMPLE, SIZE));
    assertThat(batch(1).floats(NetworkDenoiser.SAMPLE, SIZE))
        .isNotEqualTo(first.floats(NetworkDenoiser.SAMPLE, SIZE));
    var texts = Rows.unstack(first.floats(DirectObjective.CONTRASTED_TEXT, SIZE), ROWS);
    var images = Rows.unstack(first.floats(DirectObjective.IMAGE_EMBEDDING, SIZE), ROWS);
    for (int i = 0; i < ROWS; i++) {
      assertThat(texts.get(i)).isEqualTo(waves(SIZE, 2 * (i + 1)));
      assertThat(images.get(i)).isEqualTo(waves(SIZE, 3 * i));
    }
  }

  @Test
  void aDiffusionPriorIsRefused() {
    var diffusion = new PriorTransformer(CONFIG.withCourse(Course.DIFFUSION));
    assertThatThrownBy(() -> new DirectObjective(diffusion, 0.2))
        .hasMessage("prior: DIFFUSION (expected: ONE_PASS)");
  }
}
