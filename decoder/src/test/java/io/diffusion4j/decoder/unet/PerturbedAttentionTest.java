package io.diffusion4j.decoder.unet;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.diffusion.denoiser.Perturbation;
import io.diffusion4j.diffusion.denoiser.Perturbation.Part;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.util.List;

/** The attention of U-Nets with the identity as its map, as in diffusers, in every engine. */
class PerturbedAttentionTest {
  private static final double TOLERANCE = 1e-5;

  @GoldenTest(GoldenKind.PERTURBED_ATTENTION)
  void theMapBecomesTheIdentityOrTheBlockPassesItsInputOn(GoldenCase golden) {
    var io = golden.io();
    var c = golden.json();
    int channels = c.get("channels").asInt();
    int heads = c.get("heads").asInt();
    int groups = c.get("groups").asInt();
    var unet =
        new UnetConfig(
            1,
            channels,
            channels,
            List.of(channels),
            List.of(true),
            false,
            1,
            channels / heads,
            0,
            groups,
            c.get("eps").asDouble(),
            TimeConditioning.ADD);
    var block = new AttentionBlock(unet, heads, groups, c.get("rescale_output_factor").asDouble());
    NetworkDefinition network =
        (nn, inputs) -> {
          var x = inputs.floats("x", io.size("in.x", 2), io.size("in.x", 3), channels);
          return List.of(nn.output(block.forward(nn, nn.input(x), List.of())));
        };
    var batch = new Batch(io.size("in.x", 0)).floats("x", io.image("in.x"));
    try (var weights = Checkpoint.open(golden.file("weights.safetensors"));
        var whole = new CompiledNetwork(network, weights, Compute.of(Precision.FLOAT32))) {
      assertClose(whole.run(batch).get(0), io.image("out.plain"), TOLERANCE);
    }
    var parts = new Golden(golden.folder());
    for (Part part : Part.values()) {
      var answers = parts.runPerturbedInEach(network, batch, new Perturbation(part, List.of()));
      assertThat(answers).isNotEmpty();
      String expected = part == Part.ATTENTION ? "out.identity" : "in.x";
      answers.forEach(answer -> assertClose(answer, io.image(expected), TOLERANCE));
    }
  }
}
