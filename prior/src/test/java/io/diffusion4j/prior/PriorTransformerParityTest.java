package io.diffusion4j.prior;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.CompiledNetwork;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.TimeEmbedding;
import io.diffusion4j.tf.checkpoint.Checkpoint;
import io.diffusion4j.tf.nn.CheckpointTensors;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.testing.Golden;
import org.junit.jupiter.api.Test;

class PriorTransformerParityTest {
  private static final PriorConfig CONFIG = new PriorConfig(2, 16, 2, 32, 77);

  @Test
  void theNetworkIsPriorTransformerWithin1e5() {
    var golden = Golden.of("prior");
    assertClose(run(golden, Precision.FLOAT32), golden.floats("out"), 1e-5);
  }

  @Test
  void theNetworkIsPriorTransformerWithin3e2InBfloat16() {
    var golden = Golden.of("prior");
    assertClose(run(golden, Precision.BFLOAT16), golden.floats("out"), 3e-2);
  }

  private static float[] run(Golden golden, Precision precision) {
    float[] one = TimeEmbedding.sinusoid(golden.floats("in.timestep")[0], 32);
    float[] times = java.util.Arrays.copyOf(one, 64);
    System.arraycopy(one, 0, times, 32, 32);
    var batch =
        new Batch(2)
            .floats(TfDenoiser.SAMPLE, golden.floats("in.hidden_states"))
            .floats(TfDenoiser.TIME, times)
            .floats(PriorTransformer.TEXT_EMBEDDING, golden.floats("in.proj_embedding"))
            .floats(PriorTransformer.HIDDEN, golden.floats("in.encoder_hidden_states"))
            .floats(PriorTransformer.PRESENT, golden.floats("in.attention_mask"));
    try (var checkpoint = Checkpoint.open(golden.folder(), Checkpoint.DIFFUSERS);
        var network =
            new CompiledNetwork(
                new PriorTransformer(CONFIG),
                new CheckpointTensors(
                    golden.folder(), checkpoint, name -> !name.startsWith("clip_")),
                precision)) {
      return network.run(batch).get(0);
    }
  }
}
