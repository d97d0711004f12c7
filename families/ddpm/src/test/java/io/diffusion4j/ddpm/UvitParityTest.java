package io.diffusion4j.ddpm;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.decoder.dit.UvitConfig.TimeInput;
import io.diffusion4j.decoder.dit.UvitSettings;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.util.Arrays;

/** U-ViT answers as the original does, at times between the timesteps, by every engine here. */
class UvitParityTest {
  private static final double NETWORK = 1e-5;

  @GoldenTest(GoldenKind.UVIT)
  void theNetworkIsTheOriginal(GoldenCase golden) {
    var network = network(golden);
    GoldenTensors io = golden.io();
    var times = Arrays.stream(io.values("in.timestep")).mapToObj(network::embedded).toList();
    var batch =
        new Batch(times.size())
            .floats(NetworkDenoiser.SAMPLE, io.image("in.sample"))
            .floats(NetworkDenoiser.TIME, Rows.stack(times));
    if (io.has("in.y")) {
      batch.ints(PixelBackbone.LABEL, io.ints("in.y"));
    }
    var answers = new Golden(golden.folder()).runInEach(network, batch, Precision.FLOAT32);
    assertThat(answers).isNotEmpty();
    answers.forEach(answer -> assertClose(answer.get(0), io.image("out"), NETWORK));
  }

  /**
   * Creates the network from the constructor's arguments, with the unscaled times of the case as
   * inputs.
   */
  private static PixelUvit network(GoldenCase golden) {
    var config =
        golden
            .config("constructor")
            .put("_class_name", UvitSettings.CLASS)
            .put("timestep_scale", TimeInput.AS_IS.scale())
            .put("timestep_offset", TimeInput.AS_IS.offset());
    return new PixelUvit(
        UvitSettings.read(ComponentConfig.parse(golden.marker(), config.toString())));
  }
}
