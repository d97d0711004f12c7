package io.diffusion4j.clip;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The towers answer as Hugging Face's do, with their weights. */
class ClipParityTest {
  private static final Transformer TRANSFORMER =
      new Transformer(32, 64, 2, 4, Activation.QUICK_GELU, 1e-5);

  @ParameterizedTest
  @CsvSource({"FLOAT32, 1e-5", "BFLOAT16, 3e-2"})
  void theTextTowerIsClipTextModelWithProjection(Precision precision, double tolerance) {
    var golden = Golden.of("hf-text");
    int[] ids = golden.ints("in.input_ids");
    float[] end = new float[ids.length];
    for (int row = 0; row < 3; row++) {
      int at = row * 77;
      while (ids[at] != 255) {
        at++;
      }
      end[at] = 1;
    }
    List<float[]> outputs =
        golden.run(
            new ClipTextNetwork(TRANSFORMER, 256, 77, 24),
            new Batch(3).ints(ClipTextNetwork.IDS, ids).floats(ClipTextNetwork.END, end),
            precision);
    assertClose(outputs.get(0), golden.floats("out.last_hidden_state"), tolerance);
    assertClose(outputs.get(1), golden.floats("out.text_embeds"), tolerance);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, 1e-5", "BFLOAT16, 3e-2"})
  void theImageTowerIsClipVisionModelWithProjection(Precision precision, double tolerance) {
    var golden = Golden.of("hf-vision");
    var outputs =
        golden.run(
            new ClipVisionNetwork(TRANSFORMER, 32, 8, 24),
            new Batch(3).floats(ClipVisionNetwork.PIXELS, golden.image("in.pixel_values")),
            precision);
    assertClose(outputs.get(0), golden.floats("out.image_embeds"), tolerance);
  }
}
