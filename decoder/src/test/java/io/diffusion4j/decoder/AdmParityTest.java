package io.diffusion4j.decoder;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.TimeEmbedding;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.nn.Tensors;
import io.diffusion4j.tf.testing.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The networks answer as guided-diffusion's do, with its weights under its keys. */
class AdmParityTest {
  @ParameterizedTest
  @ValueSource(strings = {"conv-resample", "class-conditional", "scaleshift-updown", "super-res"})
  void theNetworkIsGuidedDiffusionsWithin1e5(String name) {
    assertIsGuidedDiffusions(name, Precision.FLOAT32, 1e-5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"conv-resample", "class-conditional", "scaleshift-updown", "super-res"})
  void theNetworkIsGuidedDiffusionsWithin3e2InBfloat16(String name) {
    assertIsGuidedDiffusions(name, Precision.BFLOAT16, 3e-2);
  }

  private static void assertIsGuidedDiffusions(String name, Precision precision, double tolerance) {
    var golden = Golden.of("adm-" + name);
    var config = config(golden, name.equals("super-res") ? "SuperResModel" : "UNetModel");
    int rows = 2;
    float[] t = golden.floats("in.t");
    List<float[]> times = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      times.add(TimeEmbedding.sinusoid(t[row], config.timeChannels()));
    }
    var batch =
        new Batch(rows)
            .floats(TfDenoiser.SAMPLE, golden.image("in.x"))
            .floats(TfDenoiser.TIME, Tensors.stack(times));
    if (config.classes() > 0) {
      batch.ints(AdmNetwork.LABEL, golden.ints("in.y"));
    }
    if (config.beside().low()) {
      batch.floats(Beside.LOW_INPUT, enlarged(golden, rows, config.sampleSize()));
    }
    var outputs = golden.run(new AdmNetwork(config), batch, precision);
    assertClose(joined(outputs, 3), golden.image("out"), tolerance);
  }

  private static float[] enlarged(Golden golden, int rows, int size) {
    return Tensors.stack(
        Tensors.unstack(golden.image("in.low_res"), rows).stream()
            .map(low -> Resize.bilinear(new Image(4, 4, low), size, size).pixels())
            .toList());
  }

  /** Outputs side by side on the channel axis. */
  private static float[] joined(List<float[]> outputs, int channels) {
    int pixels = outputs.get(0).length / channels;
    List<float[]> all = new ArrayList<>();
    for (int pixel = 0; pixel < pixels; pixel++) {
      for (float[] output : outputs) {
        all.add(java.util.Arrays.copyOfRange(output, pixel * channels, (pixel + 1) * channels));
      }
    }
    return Tensors.stack(all);
  }

  /** The reference's constructor arguments, as a {@code config.json} has them. */
  private static AdmConfig config(Golden golden, String className) {
    try {
      var file = golden.folder().resolve("case.json");
      int groups = ComponentConfig.read(file).intValue("groups");
      String text = Files.readString(file);
      String arguments = text.substring(text.indexOf('{', 1) + 1, text.indexOf('}'));
      String json =
          "{\"_class_name\": \"%s\", \"groups\": %d, %s}".formatted(className, groups, arguments);
      return AdmFolders.read(ComponentConfig.parse(file, json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
