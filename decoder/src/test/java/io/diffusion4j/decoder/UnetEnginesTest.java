package io.diffusion4j.decoder;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import io.diffusion4j.decoder.UnetConfig.TimeConditioning;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.Engine;
import io.diffusion4j.tf.Engines;
import io.diffusion4j.tf.RandomWeights;
import io.diffusion4j.tf.TensorFlowEngine;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.nn.Init;
import io.diffusion4j.tf.nn.Precision;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever runs a decoder, it is the same decoder. */
class UnetEnginesTest {
  private static final int TOKENS = 6;
  private static final int ROWS = 3;
  private static final UnetConfig CONFIG =
      new UnetConfig(
          16,
          3,
          6,
          List.of(32, 64),
          List.of(false, true),
          true,
          1,
          16,
          32,
          8,
          1e-5,
          TimeConditioning.SCALE_SHIFT);

  /** Each engine that runs here, in each precision that it runs well in. */
  static Stream<Arguments> engines() {
    return Engines.all().stream()
        .flatMap(
            engine ->
                Stream.of(Precision.values())
                    .filter(precision -> engine.unavailable(precision).isEmpty())
                    .map(precision -> Arguments.of(engine, precision)));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aDecoderIsThatOfTensorFlowInFloat32(Engine engine, Precision precision) {
    var network = DecoderModel.network(CONFIG, TOKENS);
    var weights = RandomWeights.of(network, 1);
    var batch = batch();
    try (var here = engine.compile(network, weights, precision);
        var there = new TensorFlowEngine().compile(network, weights, Precision.FLOAT32)) {
      var actual = here.run(batch);
      var expected = there.run(batch);
      for (int i = 0; i < expected.size(); i++) {
        assertClose(actual.get(i), expected.get(i), precision == Precision.FLOAT32 ? 1e-5 : 2e-2);
      }
    }
  }

  private static Batch batch() {
    float[] present = new float[ROWS * TOKENS];
    for (int i = 0; i < present.length; i++) {
      present[i] = i % TOKENS == 2 ? 0 : 1;
    }
    return new Batch(ROWS)
        .floats(TfDenoiser.SAMPLE, gaussian(1, CONFIG.sampleSize(), CONFIG.sampleSize(), 3))
        .floats(TfDenoiser.TIME, gaussian(2, CONFIG.timeChannels()))
        .floats(DecoderNetwork.CONTEXT, gaussian(3, TOKENS, CONFIG.contextDim()))
        .floats(DecoderNetwork.PRESENT, present)
        .floats(DecoderNetwork.TIME_ADD, gaussian(4, CONFIG.timeEmbedDim()));
  }

  private static float[] gaussian(long seed, long... sample) {
    long[] shape = new long[sample.length + 1];
    shape[0] = ROWS;
    System.arraycopy(sample, 0, shape, 1, sample.length);
    return Init.normal(1).values(shape, new SplittableRandom(seed));
  }
}
