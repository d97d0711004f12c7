package io.diffusion4j.clip;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.checkpoint.SafetensorsFile;
import io.diffusion4j.tf.testing.Golden;
import io.diffusion4j.tf.testing.Probe;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The loss and its gradients are those of OpenAI's CLIP, whose parameters are renamed here. */
class ContrastiveObjectiveTest {
  private static final double TOLERANCE = 1e-5;
  private static final int ROWS = 3;
  private static final int LENGTH = 16;
  private static final ContrastiveObjective OBJECTIVE =
      new ContrastiveObjective(
          new ClipTextNetwork(
              new Transformer(32, 128, 2, 2, Activation.QUICK_GELU, 1e-5), 100, LENGTH, 24),
          new ClipVisionNetwork(
              new Transformer(64, 256, 2, 1, Activation.QUICK_GELU, 1e-5), 32, 8, 24));

  private static Probe probe(Map<String, float[]> weights) {
    return new Probe(
        (nn, inputs) -> OBJECTIVE.build(nn, inputs).value(),
        parameter -> {
          float[] values = Objects.requireNonNull(weights.get(parameter.key()), parameter.key());
          assertThat(values).as(parameter.key()).hasSize(parameter.size());
          return values;
        });
  }

  private static Batch batch(Golden golden) {
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
    try (var probe = probe(huggingFace(golden, "model.safetensors", ""))) {
      assertClose(probe.output(batch(golden)), golden.floats("out.loss"), TOLERANCE);
    }
  }

  @Test
  void theGradientsAreOpenAisWithin1e4() {
    var golden = Golden.of("openai");
    try (var probe = probe(huggingFace(golden, "model.safetensors", ""))) {
      var gradients = probe.gradients(batch(golden), new float[] {1});
      var expected = huggingFace(golden, "io.safetensors", "grad.");
      assertThat(expected).hasSize(10); // eight, one of them in three parts
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
    var weights = huggingFace(golden, "model.safetensors", "");
    weights.put(ContrastiveLoss.LOGIT_SCALE, new float[] {(float) Math.log(100)});
    double atLimit;
    try (var probe = probe(weights)) {
      atLimit = probe.output(batch(golden))[0];
      probe.values(ContrastiveLoss.LOGIT_SCALE)[0] = 9;
      assertThat((double) probe.output(batch(golden))[0]).isCloseTo(atLimit, within(1e-6));
      assertThat(probe.gradients(batch(golden), new float[] {1}).get("logit_scale"))
          .containsExactly(0);
    }
  }

  @Test
  void towersOfDifferentEmbeddingsAreRefused() {
    var text = OBJECTIVE.text();
    assertThatThrownBy(
            () ->
                new ContrastiveObjective(
                    new ClipTextNetwork(text.transformer(), 100, LENGTH, 8), OBJECTIVE.vision()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("projection_dim: 24 (expected: the text tower's 8)");
  }

  /** The tensors of a file that begin with a prefix, under Hugging Face's names and shapes. */
  private static Map<String, float[]> huggingFace(Golden golden, String file, String prefix) {
    Map<String, float[]> renamed = new HashMap<>();
    try (var tensors = SafetensorsFile.open(golden.folder().resolve(file))) {
      for (String name : tensors.names()) {
        if (name.startsWith(prefix)) {
          rename(
              name.substring(prefix.length()),
              tensors.readFloats(name),
              tensors.info(name).shape(),
              renamed);
        }
      }
    }
    return renamed;
  }

  private static void rename(
      String name, float[] values, long[] shape, Map<String, float[]> renamed) {
    boolean vision = name.startsWith("visual.");
    String tower = vision ? "vision_model." : "text_model.";
    String local = vision ? name.substring("visual.".length()) : name;
    if (name.equals("logit_scale")) {
      renamed.put(name, values);
    } else if (name.equals("text_projection") || local.equals("proj")) {
      String key = vision ? "visual_projection.weight" : "text_projection.weight";
      renamed.put(key, transpose(values, (int) shape[0], (int) shape[1]));
    } else if (local.contains(".attn.in_proj_")) {
      String kind = local.substring(local.lastIndexOf('_') + 1);
      String block = block(tower, local.substring(0, local.indexOf(".attn.")));
      int third = values.length / 3;
      renamed.put(block + ".self_attn.q_proj." + kind, Arrays.copyOf(values, third));
      renamed.put(
          block + ".self_attn.k_proj." + kind, Arrays.copyOfRange(values, third, 2 * third));
      renamed.put(
          block + ".self_attn.v_proj." + kind, Arrays.copyOfRange(values, 2 * third, 3 * third));
    } else if (local.startsWith("transformer.")) {
      renamed.put(
          block(tower, local)
              .replace(".attn.out_proj", ".self_attn.out_proj")
              .replace(".ln_", ".layer_norm")
              .replace(".mlp.c_fc", ".mlp.fc1")
              .replace(".mlp.c_proj", ".mlp.fc2"),
          values);
    } else {
      renamed.put(
          tower
              + switch (local) {
                case "token_embedding.weight" -> "embeddings.token_embedding.weight";
                case "positional_embedding" -> "embeddings.position_embedding.weight";
                case "class_embedding" -> "embeddings.class_embedding";
                case "conv1.weight" -> "embeddings.patch_embedding.weight";
                default ->
                    local
                        .replace("ln_final", "final_layer_norm")
                        .replace("ln_pre", "pre_layrnorm")
                        .replace("ln_post", "post_layernorm");
              },
          values);
    }
  }

  private static String block(String tower, String name) {
    return name.replace("transformer.resblocks.", tower + "encoder.layers.");
  }

  private static float[] transpose(float[] values, int rows, int columns) {
    float[] result = new float[values.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[c * rows + r] = values[r * columns + c];
      }
    }
    return result;
  }
}
