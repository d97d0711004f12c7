package io.diffusion4j.prior;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.CompiledNetwork;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.TimeEmbedding;
import io.diffusion4j.tf.checkpoint.Checkpoint;
import io.diffusion4j.tf.nn.CheckpointTensors;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.testing.Golden;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;

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

  /** oneDNN computes a product with scale and mask in one operation by its reference only. */
  @Test
  void theMaskIsNotFusedIntoTheProductOfAttention() {
    var golden = Golden.of("prior");
    try (var network = network(golden, Precision.FLOAT32)) {
      assertThat(network.trace(batch(golden)).getDevStatsList())
          .flatExtracting(DeviceStepStats::getNodeStatsList)
          .extracting(NodeExecStats::getTimelineLabel)
          .anyMatch(label -> label.contains("BatchMatMul"))
          .noneMatch(label -> label.contains("FusedBatchMatMul"));
    }
  }

  private static float[] run(Golden golden, Precision precision) {
    try (var network = network(golden, precision)) {
      return network.run(batch(golden)).get(0);
    }
  }

  private static Batch batch(Golden golden) {
    float[] one = TimeEmbedding.sinusoid(golden.floats("in.timestep")[0], 32);
    float[] times = java.util.Arrays.copyOf(one, 64);
    System.arraycopy(one, 0, times, 32, 32);
    return new Batch(2)
        .floats(TfDenoiser.SAMPLE, golden.floats("in.hidden_states"))
        .floats(TfDenoiser.TIME, times)
        .floats(PriorTransformer.TEXT_EMBEDDING, golden.floats("in.proj_embedding"))
        .floats(PriorTransformer.HIDDEN, golden.floats("in.encoder_hidden_states"))
        .floats(PriorTransformer.PRESENT, golden.floats("in.attention_mask"));
  }

  private static CompiledNetwork network(Golden golden, Precision precision) {
    try (var checkpoint = Checkpoint.open(golden.folder(), Checkpoint.DIFFUSERS)) {
      return new CompiledNetwork(
          new PriorTransformer(CONFIG),
          new CheckpointTensors(golden.folder(), checkpoint, name -> !name.startsWith("clip_")),
          precision);
    }
  }
}
