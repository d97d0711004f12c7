package io.diffusion4j.prior;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.lora.Lora;
import io.diffusion4j.checkpoint.lora.MergedTensors;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.OperationTime;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With diffusers' weights, the network has diffusers' outputs on every engine. */
class PriorTransformerParityTest {
  @TempDir Path folder = Path.of("");

  /** The network of a case, from its configuration. */
  private PriorTransformer network(GoldenCase golden) throws IOException {
    var config = golden.config("config").put("_class_name", "PriorTransformer");
    Files.writeString(folder.resolve("config.json"), config.toString());
    return new PriorTransformer(PriorModel.readConfig(folder));
  }

  @GoldenTest(GoldenKind.PRIOR)
  void theNetworkIsPriorTransformerWithin1e5(GoldenCase golden) throws IOException {
    assertParity(golden, Precision.FLOAT32, 1e-5);
  }

  @GoldenTest(GoldenKind.PRIOR)
  void theNetworkIsPriorTransformerInBfloat16(GoldenCase golden) throws IOException {
    assertParity(golden, Precision.BFLOAT16, Golden.bfloat16(network(golden).config().layers()));
  }

  private void assertParity(GoldenCase golden, Precision precision, double tolerance)
      throws IOException {
    var network = network(golden);
    var batch = batch(network.config(), golden.io());
    var weights = new Golden(golden.folder());
    for (var out :
        weights.runInEach(network, batch, precision, name -> !name.startsWith("clip_"))) {
      assertClose(out.get(0), golden.io().floats("out"), tolerance);
    }
  }

  @GoldenTest(GoldenKind.KANDINSKY_PRIOR)
  void thePriorOfKandinskyIsPriorTransformerWithin1e5(GoldenCase golden) {
    assertFolderParity(golden);
    var io = golden.io();
    var restored =
        PriorModel.readStandardization(golden.folder()).restore(io.row("in.hidden_states", 0));
    assertClose(restored, io.row("out.post_process", 0), 1e-5);
  }

  @GoldenTest(GoldenKind.ECLIPSE)
  void aPriorOfOnePassIsThatOfEclipseWithin1e5(GoldenCase golden) {
    assertThat(PriorModel.readConfig(golden.folder()).course())
        .isEqualTo(PriorConfig.Course.ONE_PASS);
    assertFolderParity(golden);
  }

  private static void assertFolderParity(GoldenCase golden) {
    var network = new PriorTransformer(PriorModel.readConfig(golden.folder()));
    var outputs =
        new Golden(golden.folder())
            .runInEach(
                network,
                batch(network.config(), golden.io()),
                Precision.FLOAT32,
                name -> !name.startsWith("clip_"));
    for (var out : outputs) {
      assertClose(out.get(0), golden.io().floats("out"), 1e-5);
    }
  }

  @GoldenTest(GoldenKind.LORA)
  void updatesAreMergedAsDiffusersAppliesThem(GoldenCase golden) throws IOException {
    Path base = golden.file(golden.json().get("base").asText());
    assumeTrue(
        ComponentConfig.read(base.resolve("config.json"))
            .className()
            .equals(Optional.of("PriorTransformer")),
        "another network's");
    var network = new PriorTransformer(PriorModel.readConfig(base));
    var batch = batch(network.config(), golden.io());
    for (String layout : List.of("peft", "processor")) {
      for (double scale : new double[] {1, 0.5}) {
        var scaled = new MergedTensors.ScaledLora(Lora.open(golden.file(layout)), scale);
        try (var merged = MergedTensors.of(Checkpoint.open(base), List.of(scaled));
            var compiled =
                new CompiledNetwork(
                    network,
                    merged.only(name -> !name.startsWith("clip_")),
                    Compute.of(Precision.FLOAT32))) {
          assertClose(
              compiled.run(batch).get(0),
              golden.io().floats(scale == 1 ? "out" : "out.half"),
              1e-5);
        }
      }
    }
  }

  /** oneDNN computes a product with scale and mask in one operation by its reference only. */
  @Test
  void tensorFlowDoesNotFuseTheMaskIntoTheProductOfAttention() throws IOException {
    var golden = GoldenRoots.shipped().cases(GoldenKind.PRIOR).get(0);
    var prior = network(golden);
    var compute = Compute.of(Precision.FLOAT32).withEngine("tensorflow");
    try (var network = new CompiledNetwork(prior, RandomWeights.of(prior, 1), compute)) {
      assertThat(network.trace(batch(prior.config(), golden.io())))
          .extracting(OperationTime::label)
          .anyMatch(label -> label.contains("BatchMatMul"))
          .noneMatch(label -> label.contains("FusedBatchMatMul"));
    }
  }

  private static Batch batch(PriorConfig config, GoldenTensors io) {
    int rows = io.size("in.hidden_states", 0);
    var batch = new Batch(rows);
    if (config.course() == PriorConfig.Course.DIFFUSION) {
      float[] time = TimeEmbedding.sinusoid(io.floats("in.timestep")[0], config.width());
      batch.floats(NetworkDenoiser.TIME, Rows.stack(Collections.nCopies(rows, time)));
    }
    return batch
        .floats(NetworkDenoiser.SAMPLE, io.floats("in.hidden_states"))
        .floats(PriorTransformer.TEXT_EMBEDDING, io.floats("in.proj_embedding"))
        .floats(PriorTransformer.HIDDEN, io.floats("in.encoder_hidden_states"))
        .floats(PriorTransformer.PRESENT, io.floats("in.attention_mask"));
  }
}
