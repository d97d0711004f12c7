package io.diffusion4j.clip;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.testing.Golden;
import io.diffusion4j.tf.testing.Probe;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The loss and its gradients are those of OpenAI's CLIP. */
class ContrastiveObjectiveTest {
  private static final double TOLERANCE = 1e-5;
  private static final int ROWS = 3;
  private static final int LENGTH = 16;
  private static final ContrastiveObjective OBJECTIVE =
      new ContrastiveObjective(
          new ClipTextNetwork(
              new Transformer(32, 128, 2, 2, Activation.QUICK_GELU, 1e-5),
              100,
              LENGTH,
              24,
              ClipKeys.OPENAI),
          new ClipVisionNetwork(
              new Transformer(64, 256, 2, 1, Activation.QUICK_GELU, 1e-5),
              32,
              8,
              24,
              ClipKeys.OPENAI));

  private static Probe probe(Map<String, float[]> weights) {
    return new Probe(
        (nn, inputs) -> OBJECTIVE.build(nn, inputs).value(),
        parameter -> {
          float[] values = Objects.requireNonNull(weights.get(parameter.key()), parameter.key());
          assertThat(values).as(parameter.key()).hasSize(parameter.size());
          return values;
        });
  }

  static Batch batch(Golden golden) {
    int[] ids = golden.ints("in.input_ids");
    float[] end = new float[ids.length];
    for (int row = 0; row < ROWS; row++) {
      int last = row * LENGTH; // the largest id ends a text
      for (int i = row * LENGTH; i < (row + 1) * LENGTH; i++) {
        last = ids[i] > ids[last] ? i : last;
      }
      end[last] = 1;
    }
    return new Batch(ROWS)
        .ints(ClipTextNetwork.IDS, ids)
        .floats(ClipTextNetwork.END, end)
        .floats(ClipVisionNetwork.PIXELS, golden.image("in.pixel_values"));
  }

  @Test
  void theLossIsOpenAisWithin1e5() {
    var golden = Golden.of("openai");
    try (var probe = probe(tensors(golden, "model.safetensors", ""))) {
      assertClose(probe.output(batch(golden)), golden.floats("out.loss"), TOLERANCE);
    }
  }

  @Test
  void theGradientsAreOpenAisWithin1e4() {
    var golden = Golden.of("openai");
    try (var probe = probe(tensors(golden, "model.safetensors", ""))) {
      var gradients = probe.gradients(batch(golden), new float[] {1});
      var expected = tensors(golden, "io.safetensors", "grad.");
      assertThat(expected.keySet()).hasSize(8);
      expected.forEach(
          (key, gradient) -> {
            float[] actual = Objects.requireNonNull(gradients.get(key), key);
            assertClose(actual, gradient, 1e-4);
          });
    }
  }

  @Test
  void aTemperatureAtItsLimitIsHeldThere() {
    var golden = Golden.of("openai");
    var weights = tensors(golden, "model.safetensors", "");
    weights.put(ClipKeys.LOGIT_SCALE, new float[] {(float) Math.log(100)});
    double atLimit;
    try (var probe = probe(weights)) {
      atLimit = probe.output(batch(golden))[0];
      probe.values(ClipKeys.LOGIT_SCALE)[0] = 9;
      assertThat((double) probe.output(batch(golden))[0]).isCloseTo(atLimit, within(1e-6));
      assertThat(probe.gradients(batch(golden), new float[] {1}).get("logit_scale"))
          .containsExactly(0);
    }
  }

  @Test
  void towersOfDifferentEmbeddingsAreRefused() {
    var text = OBJECTIVE.network().text();
    var vision = OBJECTIVE.network().vision();
    assertThatThrownBy(
            () ->
                new ContrastiveObjective(
                    new ClipTextNetwork(text.transformer(), 100, LENGTH, 8, ClipKeys.OPENAI),
                    vision))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("projection_dim: 24 (expected: the text tower's 8)");
  }

  /** The tensors of a file that begin with a prefix, without it. */
  private static Map<String, float[]> tensors(Golden golden, String file, String prefix) {
    Map<String, float[]> values = new HashMap<>();
    try (var tensors = SafetensorsFile.open(golden.folder().resolve(file))) {
      tensors.names().stream()
          .filter(name -> name.startsWith(prefix))
          .forEach(name -> values.put(name.substring(prefix.length()), tensors.readFloats(name)));
    }
    return values;
  }
}
