package io.diffusion4j.diffusion.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.diffusion4j.diffusion.Parameterization;
import io.diffusion4j.diffusion.Prediction;
import io.diffusion4j.diffusion.golden.Golden;
import io.diffusion4j.diffusion.sampling.DdpmSampler.Variance;
import io.diffusion4j.diffusion.sampling.DpmSolverPlusPlus.Correction;
import io.diffusion4j.diffusion.schedule.BetaSchedule;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LeadingSpacing;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.LinspaceSpacing;
import io.diffusion4j.diffusion.schedule.LinspaceSpacing.End;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Precision;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.schedule.TrailingSpacing;
import io.diffusion4j.diffusion.schedule.TruncatedSpacing;
import io.diffusion4j.diffusion.schedule.UnclipSpacing;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every sampler against the trace of the reference implementation, step by step. The tolerances are
 * relative to the largest absolute value; the references work in float32 throughout.
 */
class GoldenTraceTest {
  private static final NoiseSchedule COSINE = new CosineSchedule(1000, Precision.FLOAT32);
  private static final NoiseSchedule LINEAR =
      new LinearSchedule(1000, 1e-4, 0.02, Precision.FLOAT32);
  private static final NoiseSchedule SCALED_LINEAR =
      BetaSchedule.scaledLinear(1000, 0.00085, 0.012, Precision.FLOAT32);

  private static final TimestepSpacing LEADING = new LeadingSpacing();
  private static final TimestepSpacing ABOVE_ZERO = new LinspaceSpacing(End.ABOVE_ZERO);
  private static final TimestepSpacing TO_ZERO = new LinspaceSpacing(End.ZERO);

  private static final X0Treatment CLIP = X0Treatment.clip(1);
  private static final KarrasGrid KARRAS_NEAREST =
      new KarrasGrid(7, KarrasGrid.Ends.SCHEDULE, KarrasGrid.Time.NEAREST);
  private static final KarrasGrid KARRAS_FRACTIONAL =
      new KarrasGrid(7, KarrasGrid.Ends.TIMESTEPS, KarrasGrid.Time.FRACTIONAL);

  /** The references round to float32 in each step; twenty of them may add up to this. */
  private static final double TOLERANCE = 2e-5;

  /** In which space the reference keeps the sample between the steps. */
  private enum Space {
    VARIANCE_PRESERVING,
    VARIANCE_EXPLODING
  }

  static Stream<Arguments> traces() {
    Sampler unclip = new UnclipSampler();
    return Stream.of(
        trace("ddim-clipped-eps", new DdimSampler(0), LINEAR, LEADING, CLIP),
        trace("ddim-eta0.0", ddim(0), COSINE, LEADING, CLIP),
        trace("ddim-eta0.5", ddim(0.5), COSINE, LEADING, CLIP),
        trace("ddim-eta1.0", ddim(1), COSINE, LEADING, CLIP),
        trace("ddim-trailing", ddim(0), LINEAR, new TrailingSpacing(), CLIP),
        trace("ddim-inverse", new DdimInversion(), LINEAR, LEADING, X0Treatment.NONE),
        trace("ddpm-fixed-small", ddpm(Variance.FIXED_SMALL), LINEAR, LEADING, CLIP),
        trace("ddpm-fixed-large", ddpm(Variance.FIXED_LARGE), LINEAR, LEADING, CLIP),
        trace("ddpm-learned-range", ddpm(Variance.LEARNED_RANGE), LINEAR, LEADING, CLIP),
        arguments(
            "ddpm-cosine-v-prediction",
            ddpm(Variance.FIXED_SMALL),
            COSINE,
            LEADING,
            CLIP,
            Parameterization.V,
            Space.VARIANCE_PRESERVING),
        trace(
            "ddpm-dynamic-thresholding",
            ddpm(Variance.FIXED_SMALL),
            COSINE,
            LEADING,
            new DynamicThresholding(0.9, 2)),
        trace("dpmpp-2m", new DpmSolverPlusPlus(2), LINEAR, ABOVE_ZERO, X0Treatment.NONE),
        trace("dpmpp-3m", new DpmSolverPlusPlus(3), LINEAR, ABOVE_ZERO, X0Treatment.NONE),
        trace(
            "dpmpp-2m-cosine-clipped",
            new DpmSolverPlusPlus(2, Correction.HEUN, Grid.TIMESTEPS),
            COSINE,
            TruncatedSpacing.atLambda(ABOVE_ZERO, COSINE, -5.1),
            X0Treatment.NONE),
        trace(
            "dpmpp-2m-karras",
            new DpmSolverPlusPlus(2, Correction.MIDPOINT, KARRAS_NEAREST),
            SCALED_LINEAR,
            ABOVE_ZERO,
            X0Treatment.NONE),
        trace("sde-dpmpp-2m", new SdeDpmSolverPlusPlus(2), LINEAR, ABOVE_ZERO, X0Treatment.NONE),
        exploding("euler", new EulerSampler()),
        exploding("euler-karras", new EulerSampler(KARRAS_FRACTIONAL)),
        exploding("euler-ancestral", new EulerAncestralSampler()),
        exploding("heun", new HeunSampler()),
        trace(
            "plms",
            new PlmsSampler(PlmsSampler.Start.MULTISTEP, PlmsSampler.End.FIRST_TIMESTEP),
            SCALED_LINEAR,
            LEADING,
            X0Treatment.NONE),
        trace("unclip-eps-learned-range", unclip, COSINE, new UnclipSpacing(), CLIP),
        trace("unclip-eps-fixed-small-log", unclip, COSINE, new UnclipSpacing(), CLIP),
        arguments(
            "unclip-sample-fixed-small-log-clip5",
            unclip,
            COSINE,
            new UnclipSpacing(),
            X0Treatment.clip(5),
            Parameterization.X0,
            Space.VARIANCE_PRESERVING));
  }

  private static Sampler ddim(double eta) {
    return new DdimSampler(eta, EpsSource.NETWORK);
  }

  private static Sampler ddpm(Variance variance) {
    return new DdpmSampler(variance);
  }

  private static Arguments trace(
      String name,
      Sampler sampler,
      NoiseSchedule schedule,
      TimestepSpacing spacing,
      X0Treatment treatment) {
    return arguments(
        name,
        sampler,
        schedule,
        spacing,
        treatment,
        Parameterization.EPS,
        Space.VARIANCE_PRESERVING);
  }

  private static Arguments exploding(String name, Sampler sampler) {
    return arguments(
        name,
        sampler,
        SCALED_LINEAR,
        TO_ZERO,
        X0Treatment.NONE,
        Parameterization.EPS,
        Space.VARIANCE_EXPLODING);
  }

  @Test
  void noTraceIsLeftOut() {
    assertThat(traces().map(trace -> (String) trace.get()[0]))
        .containsExactlyInAnyOrderElementsOf(Golden.cases("samplers"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("traces")
  void everyStepIsTheReferences(
      String name,
      Sampler sampler,
      NoiseSchedule schedule,
      TimestepSpacing spacing,
      X0Treatment treatment,
      Parameterization parameterization,
      Space space) {
    Golden golden = new Golden("samplers/" + name);
    Timesteps timesteps = spacing.of(schedule.steps(), golden.description().get("steps").asInt());
    SamplingPlan plan = sampler.plan(schedule, timesteps);
    double[] times = golden.values("timesteps");
    assertThat(plan.steps()).hasSize(times.length);
    for (int row = 0; row < golden.rows("x_init"); row++) {
      int image = row;
      float[] start = golden.row("x_init", row);
      if (space == Space.VARIANCE_EXPLODING) {
        start = times(start, Math.sqrt(plan.steps().get(0).alphaBar()));
      }
      Trajectory trajectory =
          new Trajectory(
              plan,
              parameterization,
              treatment,
              start,
              step -> golden.row(key(step, "noise"), image));
      for (int i = 0; i < times.length; i++) {
        assertThat(plan.steps().get(i).t()).as("t at step %d", i).isEqualTo(times[i], within(1e-2));
        assertClose(trajectory.x(), golden, key(i, "model_in"), row);
        trajectory.advance(prediction(golden.row(key(i, "model_out"), row), start.length));
        double alphaBarNext = i + 1 < times.length ? plan.steps().get(i + 1).alphaBar() : 1;
        float[] x =
            space == Space.VARIANCE_EXPLODING
                ? times(trajectory.x(), 1 / Math.sqrt(alphaBarNext))
                : trajectory.x();
        assertClose(x, golden, key(i, "x"), row);
      }
      assertThat(trajectory.done()).isTrue();
    }
  }

  private static String key(int step, String what) {
    return String.format("step%02d.%s", step, what);
  }

  private static Prediction prediction(float[] output, int size) {
    return output.length == size
        ? Prediction.of(output)
        : new Prediction(
            Arrays.copyOf(output, size), Arrays.copyOfRange(output, size, output.length));
  }

  private static float[] times(float[] values, double factor) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) (values[i] * factor);
    }
    return result;
  }

  private static void assertClose(float[] actual, Golden golden, String key, int row) {
    float[] expected = golden.row(key, row);
    double largest = Arrays.stream(golden.values(key)).map(Math::abs).max().orElseThrow();
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).as(key).isCloseTo(expected[i], within(TOLERANCE * largest));
    }
  }
}
