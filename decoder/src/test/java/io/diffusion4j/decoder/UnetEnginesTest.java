package io.diffusion4j.decoder;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.unet.UnetLayout;
import io.diffusion4j.decoder.unet.UnetNetwork;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A U-Net or a DiT of any shape has the same outputs on every engine. */
@Tag("slow")
class UnetEnginesTest {
  private static final int TOKENS = 6;
  private static final int ROWS = 3;

  /** As published ones are, but small. */
  private static final UnetConfig DEFAULT =
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

  /** Odd heads and groups, attention at the top and not below, an odd number of pixels. */
  private static final UnetConfig ODD =
      new UnetConfig(
          12,
          3,
          6,
          List.of(30, 10, 45),
          List.of(true, false, true),
          true,
          2,
          5,
          7,
          5,
          1e-6,
          TimeConditioning.ADD);

  /** One level, one head, one group for each channel, and no variance. */
  private static final UnetConfig MIN =
      new UnetConfig(
          5, 3, 3, List.of(6), List.of(true), true, 1, 6, 1, 6, 1e-5, TimeConditioning.SCALE_SHIFT);

  /** Without context; attention in the middle alone, down to a single pixel. */
  private static final UnetConfig UPSAMPLER =
      new UnetConfig(
          8,
          6,
          3,
          List.of(14, 7, 21, 21),
          List.of(false, false, false, false),
          true,
          1,
          3,
          0,
          7,
          1e-5,
          TimeConditioning.ADD);

  private record Case(String name, NetworkDefinition network, Batch batch) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case decoder(String name, Backbone config) {
    return new Case(name, DecoderModel.network(config, TOKENS), batch(config));
  }

  private static Case upsampler() {
    int size = UPSAMPLER.sampleSize();
    return new Case(
        "an upsampler",
        UpsamplerModel.network(UPSAMPLER),
        new Batch(ROWS)
            .floats(NetworkDenoiser.SAMPLE, gaussian(1, size, size, 3))
            .floats(NetworkDenoiser.TIME, gaussian(2, UPSAMPLER.timeChannels()))
            .floats(ConcatConditioning.LOW_INPUT, gaussian(3, size, size, 3)));
  }

  /** OpenAI's, with a number of heads in place of a width, and convolutions between levels. */
  private static Case adm(UnetLayout order, LevelChange change) {
    var config =
        UnetConfig.openAi(
            order,
            12,
            3,
            ConcatConditioning.NOTHING,
            6,
            6,
            List.of(1.0, 1.5, 2.5),
            List.of(1, 4),
            1,
            change,
            TimeConditioning.SCALE_SHIFT,
            Heads.of(3, 1),
            0,
            0,
            3);
    return new Case(
        order + " " + change,
        new UnetNetwork(config),
        new Batch(ROWS)
            .floats(NetworkDenoiser.SAMPLE, gaussian(1, 12, 12, 3))
            .floats(NetworkDenoiser.TIME, gaussian(2, config.timeChannels())));
  }

  private static Stream<Case> cases() {
    return Stream.of(
        decoder("as published", DEFAULT),
        decoder("odd", ODD),
        decoder("least", MIN),
        decoder("a DiT", DitConfig.of(12, 3, 2, 20, 2).withOutChannels(6).withContext(7)),
        upsampler(),
        adm(UnetLayout.OPENAI, LevelChange.CONVOLUTION),
        adm(UnetLayout.OPENAI_BY_KIND, LevelChange.RESAMPLING),
        adm(UnetLayout.OPENAI, LevelChange.RESIDUAL_BLOCK));
  }

  static Stream<Arguments> engines() {
    return EachEngine.with(cases());
  }

  @ParameterizedTest(name = "{0}, {1} {2}")
  @MethodSource("engines")
  void aNetworkIsThatOfTensorFlowInFloat32(Case given, Engine engine, Precision precision) {
    var weights = RandomWeights.of(given.network, 1);
    try (var here = engine.compile(Network.of(given.network), weights, Compute.of(precision));
        var there =
            new TensorFlowEngine()
                .compile(Network.of(given.network), weights, Compute.of(Precision.FLOAT32))) {
      var actual = here.run(given.batch);
      var expected = there.run(given.batch);
      for (int i = 0; i < expected.size(); i++) {
        assertClose(actual.get(i), expected.get(i), tolerance(precision));
      }
    }
  }

  private static double tolerance(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> 1e-5;
      case BFLOAT16 -> 2.5e-2; // of the deepest networks, whose roundings add up
      case INT8, EXACT -> 8e-2;
    };
  }

  private static Batch batch(Backbone config) {
    float[] present = new float[ROWS * TOKENS];
    for (int i = 0; i < present.length; i++) {
      present[i] = i % TOKENS == 2 ? 0 : 1;
    }
    return new Batch(ROWS)
        .floats(NetworkDenoiser.SAMPLE, gaussian(1, config.sampleSize(), config.sampleSize(), 3))
        .floats(NetworkDenoiser.TIME, gaussian(2, config.timeChannels()))
        .floats(DecoderNetwork.CONTEXT, gaussian(3, TOKENS, config.contextDim()))
        .floats(DecoderNetwork.PRESENT, present)
        .floats(DecoderNetwork.TIME_ADD, gaussian(4, config.timeEmbedDim()));
  }

  private static float[] gaussian(long seed, long... sample) {
    long[] shape = new long[sample.length + 1];
    shape[0] = ROWS;
    System.arraycopy(sample, 0, shape, 1, sample.length);
    return Init.normal(1).values(shape, new SplittableRandom(seed));
  }
}
