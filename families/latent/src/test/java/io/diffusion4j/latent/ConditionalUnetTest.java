package io.diffusion4j.latent;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.io.TempDir;

/** The U-Net answers as diffusers' does, with diffusers' weights, whichever engine runs it. */
class ConditionalUnetTest {
  private static final double TOLERANCE = 1e-5;

  @GoldenTest(GoldenKind.CONDITIONAL_UNET)
  void theUnetIsUNet2DConditionModelWithin1e5(GoldenCase golden) {
    var io = golden.io();
    var unet = ConditionalUnet.read(model(golden));
    var network =
        unet.network(
            io.size("in.sample", 2),
            io.size("in.sample", 3),
            io.size("in.encoder_hidden_states", 1));
    var answers =
        new Golden(model(golden)).runInEach(network, batch(golden, unet, io), Precision.FLOAT32);
    assertThat(answers).isNotEmpty();
    for (var answer : answers) {
      assertClose(answer.get(0), io.image("out"), TOLERANCE);
    }
  }

  @GoldenTest(GoldenKind.CONDITIONAL_UNET)
  void itsSettingsAreWrittenAsTheyWereRead(GoldenCase golden, @TempDir Path folder) {
    var unet = ConditionalUnet.read(model(golden));
    unet.write(folder);
    assertThat(ConditionalUnet.read(folder)).isEqualTo(unet);
    try (var weights = Checkpoint.open(model(golden), Checkpoint.DIFFUSERS)) {
      assertThat(unet.manifest().differences(weights).count()).isZero();
    }
  }

  private static Path model(GoldenCase golden) {
    return golden.folder().resolve(golden.json().path("model").asText(".")).normalize();
  }

  private static Batch batch(GoldenCase golden, ConditionalUnet unet, GoldenTensors io) {
    int rows = io.size("in.sample", 0);
    int latent = unet.outChannels();
    float[] sample = io.image("in.sample");
    var batch =
        new Batch(rows)
            .floats(NetworkDenoiser.SAMPLE, channels(sample, unet.inChannels(), 0, latent))
            .floats(
                NetworkDenoiser.TIME,
                Rows.stack(
                    Arrays.stream(io.values("in.timestep")).mapToObj(unet.sinusoid()::at).toList()))
            .floats(ConditionalUnet.CONTEXT, io.floats("in.encoder_hidden_states"));
    if (unet.besideChannels() > 0) {
      batch.floats(
          ConditionalUnet.BESIDE, channels(sample, unet.inChannels(), latent, unet.inChannels()));
    }
    if (unet.guidanceDim() > 0) {
      double scale = golden.json().get("guidance_scale").asDouble();
      float[] guidance = UnetCondition.embedded(scale, unet.guidanceDim());
      float[] all = Rows.stack(Collections.nCopies(rows, guidance));
      assertClose(all, io.floats("mid.guidance_embedding"), TOLERANCE);
      batch.floats(ConditionalUnet.GUIDANCE, all);
    }
    if (unet.labelDim() > 0) {
      batch.floats(ConditionalUnet.LABEL, io.floats("in.class_labels"));
    }
    return batch;
  }

  private static float[] channels(float[] pixels, int channels, int from, int to) {
    float[] part = new float[pixels.length / channels * (to - from)];
    for (int i = 0; i < part.length; i++) {
      part[i] = pixels[i / (to - from) * channels + from + i % (to - from)];
    }
    return part;
  }
}
