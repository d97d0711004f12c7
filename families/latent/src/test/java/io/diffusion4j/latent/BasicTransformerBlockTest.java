package io.diffusion4j.latent;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
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

/** A block answers as diffusers' does, whole and without its parts, in every engine. */
class BasicTransformerBlockTest {
  private static final double TOLERANCE = 1e-5;

  @GoldenTest(GoldenKind.PERTURBED_BLOCK)
  void partsAreLeftOutAsByTheHooksOfDiffusers(GoldenCase golden) {
    var io = golden.io();
    int tokens = io.size("in.x", 1);
    int dim = golden.json().get("dim").asInt();
    var block =
        new ConditionalUnet.BasicTransformerBlock(golden.json().get("heads").asInt(), false);
    NetworkDefinition network =
        (nn, inputs) -> {
          var x = nn.input(inputs.floats("x", tokens, dim));
          var text = inputs.floats("text", io.size("in.context", 1), io.size("in.context", 2));
          return List.of(nn.output(block.forward(nn, x, nn.input(text))));
        };
    var batch =
        new Batch(io.size("in.x", 0))
            .floats("x", io.floats("in.x"))
            .floats("text", io.floats("in.context"));
    try (var weights = Checkpoint.open(golden.file("weights.safetensors"));
        var whole = new CompiledNetwork(network, weights, Compute.of(Precision.FLOAT32))) {
      assertClose(whole.run(batch).get(0), io.floats("out.plain"), TOLERANCE);
    }
    var parts = new Golden(golden.folder());
    for (Part part : Part.values()) {
      var answers = parts.runPerturbedInEach(network, batch, new Perturbation(part, List.of()));
      assertThat(answers).isNotEmpty();
      String expected = part == Part.ATTENTION ? "out.identity" : "out.skip";
      answers.forEach(answer -> assertClose(answer, io.floats(expected), TOLERANCE));
    }
  }
}
