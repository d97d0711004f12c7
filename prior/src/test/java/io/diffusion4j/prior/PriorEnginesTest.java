package io.diffusion4j.prior;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.tf.TensorFlowEngine;
import io.diffusion4j.tf.testing.EachEngine;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A prior of any shape has the same outputs on every engine. */
class PriorEnginesTest {
  private static final int ROWS = 3;

  /** Such as ships; odd heads, width and text; the least there can be. */
  private static final List<PriorConfig> SHAPES =
      List.of(
          new PriorConfig(3, 64, 2, 128, 32),
          new PriorConfig(5, 6, 3, 7, 11),
          new PriorConfig(1, 2, 1, 1, 1));

  static Stream<Arguments> engines() {
    return EachEngine.with(SHAPES.stream());
  }

  @ParameterizedTest(name = "{0}, {1} {2}")
  @MethodSource("engines")
  void aPriorIsThatOfTensorFlowInFloat32(PriorConfig shape, Engine engine, Precision precision) {
    var network = new PriorTransformer(shape);
    var weights = RandomWeights.of(network, 1);
    var batch = batch(shape);
    try (var here = engine.compile(Network.of(network), weights, Compute.of(precision));
        var there =
            new TensorFlowEngine()
                .compile(Network.of(network), weights, Compute.of(Precision.FLOAT32))) {
      assertClose(
          here.run(batch).get(0),
          there.run(batch).get(0),
          switch (precision) {
            case FLOAT32 -> 1e-5;
            case BFLOAT16 -> 3e-2;
            case INT8, EXACT -> 8e-2;
          });
    }
  }

  /** Texts of all tokens, of none, and of some. */
  private static Batch batch(PriorConfig shape) {
    int tokens = shape.textLength();
    float[] present = new float[ROWS * tokens];
    for (int i = 0; i < tokens; i++) {
      present[i] = 1;
      present[2 * tokens + i] = i <= tokens / 2 ? 1 : 0;
    }
    return new Batch(ROWS)
        .floats(NetworkDenoiser.SAMPLE, gaussian(1, shape.embeddingDim()))
        .floats(NetworkDenoiser.TIME, gaussian(2, shape.width()))
        .floats(PriorTransformer.TEXT_EMBEDDING, gaussian(3, shape.embeddingDim()))
        .floats(PriorTransformer.HIDDEN, gaussian(4, tokens * shape.embeddingDim()))
        .floats(PriorTransformer.PRESENT, present);
  }

  private static float[] gaussian(long seed, int size) {
    return Init.normal(1).values(new long[] {ROWS, size}, new SplittableRandom(seed));
  }
}
