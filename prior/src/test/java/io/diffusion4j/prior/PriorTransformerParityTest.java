package io.diffusion4j.prior;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.CompiledNetwork;
import io.diffusion4j.tf.Engines;
import io.diffusion4j.tf.RandomWeights;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.TimeEmbedding;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;

/** The network answers as diffusers' does, with diffusers' weights, whoever runs it. */
class PriorTransformerParityTest {
  private static final PriorTransformer NETWORK =
      new PriorTransformer(new PriorConfig(2, 16, 2, 32, 77));

  @Test
  void theNetworkIsPriorTransformerWithin1e5() {
    assertParity(Precision.FLOAT32, 1e-5);
  }

  @Test
  void theNetworkIsPriorTransformerWithin3e2InBfloat16() {
    assertParity(Precision.BFLOAT16, 3e-2);
  }

  private static void assertParity(Precision precision, double tolerance) {
    var golden = Golden.of("prior");
    var batch = batch(golden);
    for (var out : golden.runInEach(NETWORK, batch, precision, name -> !name.startsWith("clip_"))) {
      assertClose(out.get(0), golden.floats("out"), tolerance);
    }
  }

  /** oneDNN computes a product with scale and mask in one operation by its reference only. */
  @Test
  @ResourceLock(Resources.SYSTEM_PROPERTIES)
  void tensorFlowDoesNotFuseTheMaskIntoTheProductOfAttention() {
    String before = Engines.asked();
    System.setProperty(Engines.PROPERTY, "tensorflow");
    try (var network =
        new CompiledNetwork(NETWORK, RandomWeights.of(NETWORK, 1), Precision.FLOAT32)) {
      assertThat(network.trace(batch(Golden.of("prior"))).getDevStatsList())
          .flatExtracting(DeviceStepStats::getNodeStatsList)
          .extracting(NodeExecStats::getTimelineLabel)
          .anyMatch(label -> label.contains("BatchMatMul"))
          .noneMatch(label -> label.contains("FusedBatchMatMul"));
    } finally {
      System.setProperty(Engines.PROPERTY, before);
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
}
