package io.diffusion4j.diffusion.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.diffusion.continuous.GaussianMixture;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.process.EdmPreconditioning;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.process.Transition;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.FlowLevel;
import io.diffusion4j.diffusion.schedule.FlowSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The schedulers of flow matching and EDM, step by step, from their recorded answers. */
class GoldenFlowTest {
  /** Relative to the largest value; the references work in float32. */
  private static final double TOLERANCE = 2e-5;

  private static final double GRID_TOLERANCE = 1e-6;
  private static final int TRAINED = 1000;

  /** A schedule with enough levels for both ends of a grid. */
  private static final NoiseSchedule WIDE = new FlowSchedule(1_000_000, 1);

  @GoldenTest(GoldenKind.FLOW_TRACE)
  void everyStepOfAFlowIsTheReferences(GoldenCase trace) {
    JsonNode json = trace.json();
    GoldenTensors golden = trace.io();
    FlowSampler sampler = flow(json);
    boolean inverted = sampler.grid().inverted();
    var schedule = new FlowSchedule(TRAINED, sampler.grid().dynamic() ? 1 : sampler.grid().shift());
    int begin = json.path("begin").asInt();
    Timesteps whole = TimestepSpacings.TRAILING.of(TRAINED, n(json));
    SamplingPlan plan = sampler.plan(schedule, whole.last(n(json) - begin));
    double[] sigmas = golden.values("sigmas");
    double[] times = golden.values("timesteps");
    // FlowMatchLCM passes given timesteps on as they are given
    boolean given = json.get("scheduler").asText().contains("LCM") && isGiven(json, "timesteps");
    List<Double> scales = new ArrayList<>();
    for (int i = 0; i < plan.steps().size(); i++) {
      SamplingPlan.Step step = plan.steps().get(i);
      FlowLevel level = FlowLevel.of(step.alphaBar());
      scales.add(level.scale());
      double expected = inverted ? 1 - sigmas[begin + i] : sigmas[begin + i];
      assertThat(level.sigma()).isCloseTo(expected, within(GRID_TOLERANCE));
      if (!given) {
        assertThat(schedule.networkTime(step.t()))
            .isCloseTo(times[begin + i], within(GRID_TOLERANCE * TRAINED));
      }
    }
    scales.add(1.0);
    for (int row = 0; row < golden.size("in.noise", 0); row++) {
      int image = row;
      float[] start = golden.row(begin == 0 ? "in.noise" : "mid.noised", row);
      double factor = begin == 0 ? plan.initialScale() : 1 / scales.get(0);
      var trajectory =
          new Trajectory(
              plan,
              Parameterization.VELOCITY,
              Thresholding.NONE,
              times(start, factor),
              step -> golden.row(key(step, "noise"), image));
      for (int i = 0; !trajectory.done(); i++) {
        assertClose(times(trajectory.x(), scales.get(i)), golden, key(i, "model_in"), row);
        float[] output = golden.row(key(i, "model_out"), row);
        trajectory.advance(Prediction.of(inverted ? times(output, -1) : output));
        assertClose(times(trajectory.x(), scales.get(i + 1)), golden, key(i, "x"), row);
      }
      assertClose(trajectory.x(), golden, "out", row);
    }
  }

  @GoldenTest(GoldenKind.EDM_TRACE)
  void everyStepOfEdmsEulerIsTheReferences(GoldenCase trace) {
    JsonNode json = trace.json();
    JsonNode config = json.get("config");
    GoldenTensors golden = trace.io();
    int n = n(json);
    boolean exponential = config.path("sigma_schedule").asText().equals("exponential");
    var sampler =
        new EdmSampler(
            config.path("sigma_min").asDouble(0.002),
            config.path("sigma_max").asDouble(80),
            exponential ? Double.POSITIVE_INFINITY : config.path("rho").asDouble(7),
            false,
            EdmSampler.Churn.NONE);
    var network = new EdmPreconditioning(config.path("sigma_data").asDouble(0.5));
    double sign = config.path("prediction_type").asText().equals("v_prediction") ? -1 : 1;
    SamplingPlan plan = sampler.plan(WIDE, TimestepSpacings.TRAILING.of(WIDE.steps(), n));
    double[] sigmas = golden.values("sigmas");
    double[] times = golden.values("timesteps");
    for (int row = 0; row < golden.size("in.noise", 0); row++) {
      var trajectory =
          new Trajectory(
              plan,
              Parameterization.X0,
              Thresholding.NONE,
              times(golden.row("in.noise", row), plan.initialScale()),
              step -> new float[0]);
      for (int i = 0; i < n; i++) {
        double alphaBar = plan.steps().get(i).alphaBar();
        assertThat(Math.sqrt((1 - alphaBar) / alphaBar))
            .isCloseTo(sigmas[i], within(GRID_TOLERANCE * sigmas[i]));
        assertThat(network.time(sigmas[i])).isCloseTo(times[i], within(GRID_TOLERANCE));
        float[] x = trajectory.x();
        assertClose(times(x, 1 / Math.sqrt(alphaBar)), golden, key(i, "model_in"), row);
        assertClose(times(x, network.inputScale(alphaBar)), golden, key(i, "network_in"), row);
        float[] output = golden.row(key(i, "model_out"), row);
        float[] denoised = new float[x.length];
        for (int k = 0; k < x.length; k++) {
          denoised[k] = (float) network.conversion(alphaBar).x0(x[k], sign * output[k]);
        }
        trajectory.advance(Prediction.of(denoised));
      }
      assertClose(trajectory.x(), golden, "out", row);
    }
  }

  @GoldenTest(GoldenKind.EDM_SAMPLER)
  void theSamplerOfEdmIsTheReferences(GoldenCase golden) {
    JsonNode json = golden.json();
    GoldenTensors io = golden.io();
    JsonNode options = json.get("options");
    var churn =
        new EdmSampler.Churn(
            options.path("S_churn").asDouble(0),
            options.path("S_min").asDouble(0),
            options.path("S_max").asDouble(Double.POSITIVE_INFINITY),
            options.path("S_noise").asDouble(1));
    double high = json.get("sigma_max").asDouble();
    var sampler =
        new EdmSampler(
            json.get("sigma_min").asDouble(), high, json.get("rho").asDouble(), true, churn);
    int n = n(json);
    SamplingPlan plan = sampler.plan(WIDE, TimestepSpacings.TRAILING.of(WIDE.steps(), n));
    double alphaBar = plan.steps().get(0).alphaBar();
    double added = churn.deviation(high, churn.raised(high, n));
    assertThat(plan.initialScale())
        .isCloseTo(Math.sqrt(alphaBar * (high * high + added * added)), within(1e-12));
    GaussianMixture mixture = mixture(json);
    for (int row = 0; row < io.size("in.noise", 0); row++) {
      double[] noise = row(io, "in.noise", row);
      double[] first = row(io, key(0, "noise"), row);
      double[] x = new double[noise.length];
      for (int i = 0; i < x.length; i++) {
        x[i] = Math.sqrt(alphaBar) * (high * noise[i] + added * first[i]);
      }
      double[] out = follow(plan, x, mixture, io, row);
      double[] expected = row(io, "out", row);
      assertThat(out).containsExactly(expected, within(1e-10 * Math.max(1, io.largest("out"))));
    }
  }

  /** Follows a plan with the perfect network in double; noise comes at the end of a Heun step. */
  private static double[] follow(
      SamplingPlan plan, double[] start, GaussianMixture mixture, GoldenTensors io, int row) {
    record Seen(double[] x, double[] eps) {}
    List<Seen> seen = new ArrayList<>();
    double[] x = start;
    for (int i = 0; i < plan.steps().size(); i++) {
      double alphaBar = plan.steps().get(i).alphaBar();
      Update update = plan.steps().get(i).update();
      double noise = Math.sqrt(1 - alphaBar);
      double[] score = mixture.after(new Transition(Math.sqrt(alphaBar), 1 - alphaBar)).score(x);
      double[] eps = new double[x.length];
      double[] next = new double[x.length];
      double sigma = update.noise().sigma();
      double[] z = sigma == 0 ? next : row(io, key((i + 1) / 2, "noise"), row);
      seen.add(new Seen(x, eps));
      for (int k = 0; k < x.length; k++) {
        eps[k] = -noise * score[k];
        next[k] = update.x() * x[k] + update.eps() * eps[k] + (sigma == 0 ? 0 : sigma * z[k]);
        for (Update.Past past : update.past()) {
          Seen then = seen.get(i - past.ago());
          next[k] +=
              past.factor()
                  * switch (past.of()) {
                    case X -> then.x[k];
                    case EPS -> then.eps[k];
                    case X0 -> throw new AssertionError("x0");
                  };
        }
      }
      assertThat(update.x0()).isZero();
      x = next;
    }
    return x;
  }

  private static int n(JsonNode json) {
    JsonNode given = json.path("set_timesteps");
    return json.has("steps")
        ? json.get("steps").asInt()
        : Math.max(given.path("sigmas").size(), given.path("timesteps").size());
  }

  private static boolean isGiven(JsonNode json, String name) {
    return json.path("set_timesteps").has(name);
  }

  private static FlowSampler flow(JsonNode json) {
    JsonNode config = json.get("config");
    boolean dynamic = config.path("use_dynamic_shifting").asBoolean();
    boolean linear = config.path("time_shift_type").asText().equals("linear");
    double mu = json.path("set_timesteps").path("mu").asDouble();
    List<Double> given = new ArrayList<>();
    json.path("set_timesteps").path("sigmas").forEach(sigma -> given.add(sigma.asDouble()));
    if (given.isEmpty()) {
      json.path("set_timesteps").path("timesteps").forEach(t -> given.add(t.asDouble() / TRAINED));
    }
    FlowGrid.Form form = FlowGrid.Form.EVEN;
    for (FlowGrid.Form each : FlowGrid.Form.values()) {
      String name = each.name().toLowerCase(Locale.ROOT);
      if (config.path("use_" + name + "_sigmas").asBoolean()) {
        form = each;
      }
    }
    var grid =
        new FlowGrid(
            dynamic ? linear ? mu : Math.exp(mu) : config.path("shift").asDouble(1),
            dynamic,
            config.path("shift_terminal").asDouble(0),
            form,
            given,
            config.path("invert_sigmas").asBoolean());
    String scheduler = json.get("scheduler").asText();
    boolean stochastic =
        scheduler.equals("FlowMatchLCMScheduler") || config.path("stochastic_sampling").asBoolean();
    return new FlowSampler(
        scheduler.equals("FlowMatchHeunDiscreteScheduler")
            ? FlowSampler.Method.HEUN
            : stochastic ? FlowSampler.Method.STOCHASTIC : FlowSampler.Method.EULER,
        grid);
  }

  private static GaussianMixture mixture(JsonNode json) {
    JsonNode mixture = json.get("mixture");
    List<GaussianMixture.Component> components = new ArrayList<>();
    for (int k = 0; k < mixture.get("weights").size(); k++) {
      List<Double> mean = new ArrayList<>();
      mixture.get("means").get(k).forEach(value -> mean.add(value.asDouble()));
      components.add(
          new GaussianMixture.Component(
              mixture.get("weights").get(k).asDouble(),
              mean,
              mixture.get("variances").get(k).asDouble()));
    }
    return new GaussianMixture(components);
  }

  private static String key(int step, String what) {
    return String.format("step%02d.%s", step, what);
  }

  private static double[] row(GoldenTensors io, String name, int row) {
    double[] values = io.values(name);
    int size = values.length / io.size(name, 0);
    double[] result = new double[size];
    System.arraycopy(values, row * size, result, 0, size);
    return result;
  }

  private static float[] times(float[] values, double factor) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) (values[i] * factor);
    }
    return result;
  }

  private static void assertClose(float[] actual, GoldenTensors golden, String key, int row) {
    float[] expected = golden.row(key, row);
    double tolerance = TOLERANCE * golden.largest(key);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).as(key).isCloseTo(expected[i], within(tolerance));
    }
  }
}
