package io.diffusion4j.benchmarks.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.diffusion4j.decoder.DecoderCondition;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.unclip.UnclipFolder;
import io.diffusion4j.unclip.UnclipModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped networks in 8-bit products are near those in float32, on the inputs of a picture. */
class QuantisedNetworksTest {
  private static final Path MODEL = Path.of("..", "..", "emoji", "model");

  /** Of the root mean square of the output; processors without bfloat16 are a tenth above 0.02. */
  private static final double TOLERANCE = 0.025;

  private static final List<Integer> TIMESTEPS = List.of(100, 500, 900);

  /** The conditions and results of stages in float32. */
  private record Drawn(TextEncoding text, float[] embedding, Image small) {}

  private static @Nullable Drawn drawn;

  @BeforeAll
  static void draw() {
    assumeThat(Engines.has(Compute.of(Precision.INT8))).isTrue();
    try (var model = UnclipModel.load(MODEL, Compute.of(Precision.FLOAT32))) {
      var texts = model.textEncoder().encode(List.of("a big red apple above a blue cat", ""));
      var prompt = new Prompt(texts.get(0), texts.get(1));
      var settings = new SamplingSettings(new DdimSampler(0), 8, 1.0);
      var draw = new Draw<>(prompt, new PhiloxNoise(1, 0));
      float[] embedding =
          model.prior().sample(List.of(draw), settings, SamplingListener.NONE).get(0);
      var condition = new ImageDecoder.Condition(embedding, prompt);
      var ofDecoder = new Draw<>(condition, new PhiloxNoise(1, 1));
      Image small =
          model.decoder().decode(List.of(ofDecoder), settings, SamplingListener.NONE).get(0);
      drawn = new Drawn(texts.get(0), embedding, small);
    }
  }

  private static Drawn drawn() {
    return Objects.requireNonNull(drawn);
  }

  /** Noises a clean sample to several timesteps. */
  private static <C> List<Query<C>> noised(float[] clean, C condition) {
    var schedule = new CosineSchedule(1000);
    var random = new SplittableRandom(2);
    return TIMESTEPS.stream()
        .map(
            t -> {
              double alphaBar = schedule.alphaBar(t);
              float[] xt = new float[clean.length];
              for (int i = 0; i < xt.length; i++) {
                double noise = random.nextGaussian();
                xt[i] = (float) (Math.sqrt(alphaBar) * clean[i] + Math.sqrt(1 - alphaBar) * noise);
              }
              return new Query<>(xt, t, condition);
            })
        .toList();
  }

  /** Compares the outputs of a network in both formats. */
  private static void assertNear(Function<Compute, List<Prediction>> run) {
    var exact = run.apply(Compute.of(Precision.FLOAT32));
    var quantised = run.apply(Compute.of(Precision.INT8));
    for (int i = 0; i < TIMESTEPS.size(); i++) {
      double error = relativeError(quantised.get(i).output(), exact.get(i).output());
      assertThat(error).as("t = %s", TIMESTEPS.get(i)).isPositive().isLessThan(TOLERANCE);
    }
  }

  private static double relativeError(float[] actual, float[] expected) {
    double errors = 0;
    double squares = 0;
    for (int i = 0; i < expected.length; i++) {
      double error = (double) actual[i] - expected[i];
      errors += error * error;
      squares += (double) expected[i] * expected[i];
    }
    return Math.sqrt(errors / squares);
  }

  @Test
  void thePrior() {
    Path folder = MODEL.resolve(UnclipFolder.PRIOR);
    float[] clean = PriorModel.readStandardization(folder).apply(drawn().embedding());
    var queries = noised(clean, drawn().text());
    assertNear(
        compute -> {
          try (var model = PriorModel.load(folder, Parameterization.X0, compute)) {
            return model.denoiser().predict(queries);
          }
        });
  }

  @Test
  void theDecoder() {
    var subject = DecoderSubject.of(MODEL);
    DecoderCondition condition;
    try (var model = subject.loader().apply(Compute.of(Precision.FLOAT32))) {
      condition = model.conditions(List.of(drawn().embedding()), List.of(drawn().text())).get(0);
    }
    var queries = noised(drawn().small().pixels(), condition);
    assertNear(
        compute -> {
          try (var model = subject.loader().apply(compute)) {
            return model.denoiser().predict(queries);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {UnclipFolder.SUPER_RES_FIRST, UnclipFolder.SUPER_RES_LAST})
  void theUpsamplers(String name) {
    Path folder = MODEL.resolve(name);
    int size = DecoderFolders.readUpsampler(folder).sampleSize();
    var low = Resize.bicubic(drawn().small(), size, size);
    var queries = noised(low.pixels(), low);
    assertNear(
        compute -> {
          try (var model = UpsamplerModel.load(folder, Parameterization.X0, compute)) {
            return model.denoiser().predict(queries);
          }
        });
  }
}
