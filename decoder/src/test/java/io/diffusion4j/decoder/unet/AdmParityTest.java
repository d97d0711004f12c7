package io.diffusion4j.decoder.unet;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.util.ArrayList;
import java.util.List;

/** The networks answer as guided-diffusion's do, with its weights under its keys. */
class AdmParityTest {
  @GoldenTest(GoldenKind.GUIDED_DIFFUSION)
  void theNetworkIsGuidedDiffusionsWithin1e5(GoldenCase golden) {
    assertIsGuidedDiffusions(golden, Precision.FLOAT32, 1e-5);
  }

  @GoldenTest(GoldenKind.GUIDED_DIFFUSION)
  void theNetworkIsGuidedDiffusionsInBfloat16(GoldenCase golden) {
    int levels = golden.config("constructor").get("channel_mult").size();
    assertIsGuidedDiffusions(golden, Precision.BFLOAT16, Golden.bfloat16(levels));
  }

  private static void assertIsGuidedDiffusions(
      GoldenCase golden, Precision precision, double tolerance) {
    GoldenTensors io = golden.io();
    var config = config(golden);
    int rows = io.size("in.x", 0);
    float[] t = io.floats("in.t");
    List<float[]> times = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      times.add(TimeEmbedding.sinusoid(t[row], config.timeChannels()));
    }
    var batch =
        new Batch(rows)
            .floats(NetworkDenoiser.SAMPLE, io.image("in.x"))
            .floats(NetworkDenoiser.TIME, Rows.stack(times));
    if (config.labels().count() > 0) {
      batch.ints(UnetNetwork.LABEL, io.ints("in.y"));
    }
    if (config.beside().low()) {
      batch.floats(ConcatConditioning.LOW_INPUT, enlarged(io, config.sampleSize()));
    }
    var outputs = new Golden(golden.folder()).run(new UnetNetwork(config), batch, precision);
    int channels = io.size("out", 1) / outputs.size();
    assertClose(joined(outputs, channels), io.image("out"), tolerance);
  }

  private static float[] enlarged(GoldenTensors io, int size) {
    int height = io.size("in.low_res", 2);
    int width = io.size("in.low_res", 3);
    return Rows.stack(
        Rows.unstack(io.image("in.low_res"), io.size("in.low_res", 0)).stream()
            .map(low -> Resize.bilinear(new Image(width, height, low), size, size).pixels())
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
    return Rows.stack(all);
  }

  /** The reference's constructor arguments, as a {@code config.json} has them. */
  private static UnetConfig config(GoldenCase golden) {
    var config =
        golden
            .config("constructor")
            .put("_class_name", golden.io().has("in.low_res") ? "SuperResModel" : "UNetModel")
            .put("groups", golden.json().get("groups").asInt());
    return AdmFolders.read(ComponentConfig.parse(golden.marker(), config.toString()));
  }
}
