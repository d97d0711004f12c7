package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.floor;
import static java.lang.Math.sin;
import static java.lang.Math.sqrt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TableRounding;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The score SDEs against score_sde, on a mixture whose score is exact; all in float64. */
class GoldenSdeTest {
  private static final double TOLERANCE = 1e-10;

  @GoldenTest(GoldenKind.SDE_SAMPLER)
  void everyMoveIsTheReferences(GoldenCase golden) {
    JsonNode json = golden.json();
    GoldenTensors io = golden.io();
    GaussianSde sde = sde(json);
    int n = json.get("N").asInt();
    var sampler =
        new PredictorCorrector(
            sde,
            predictor(json),
            corrector(json),
            json.get("probability_flow").asBoolean(),
            n,
            json.get("eps").asDouble());
    double[] times = sampler.times();
    for (int k = 0; k < n; k++) {
      assertThat(times[k]).isCloseTo(io.values("timesteps")[k], within(1e-12));
    }
    Score score =
        json.get("continuous").asBoolean() ? mixture(json).under(sde) : discreteScore(json, n);
    double[][] start = rows(io, "in.noise");
    for (double[] row : start) {
      for (int i = 0; i < row.length; i++) {
        row[i] *= priorDeviation(sde);
      }
    }
    double[][] out =
        sampler.sample(
            score,
            start,
            (step, move) -> rows(io, key(step, "noise" + move)),
            (step, corrected, mean, x) -> {
              if (sampler.corrector().isPresent()) {
                assertClose(corrected, io, key(step, "corrected"));
              }
              assertClose(mean, io, key(step, "x_mean"));
              assertClose(x, io, key(step, "x"));
            });
    assertClose(out, io, "out");
  }

  @GoldenTest(GoldenKind.PROBABILITY_FLOW)
  void theFlowIsTheReferences(GoldenCase golden) {
    JsonNode json = golden.json();
    GoldenTensors io = golden.io();
    var flow = new ProbabilityFlow(sde(json), mixture(json).under(sde(json)));
    RungeKutta method = method(json);
    double[] times = io.values("in.t");
    double[][] x = rows(io, "in.x");
    double[] drift = io.values("out.drift");
    double from = json.get("T").asDouble(1);
    double until = json.get("eps").asDouble();
    double[][] end = new double[x.length][];
    for (int row = 0; row < x.length; row++) {
      for (int k = 0; k < times.length; k++) {
        double[] expected = new double[x[row].length];
        System.arraycopy(
            drift, (k * x.length + row) * expected.length, expected, 0, expected.length);
        assertThat(flow.drift(x[row], times[k])).containsExactly(expected, within(1e-9));
      }
      end[row] = method.follow(flow::drift, x[row], from, until, json.get("steps").asInt());
    }
    assertClose(end, io, "out");
  }

  @GoldenTest(GoldenKind.FLOW_LIKELIHOOD)
  void theLikelihoodIsTheReferences(GoldenCase golden) {
    JsonNode json = golden.json();
    GoldenTensors io = golden.io();
    GaussianSde sde = sde(json);
    GaussianMixture mixture = mixture(json);
    var likelihood =
        new Likelihood(
            method(json),
            json.get("steps").asInt(),
            json.get("eps").asDouble(),
            priorDeviation(sde));
    double[][] x = rows(io, "in.x");
    for (String probe : List.of("rademacher", "rademacher2", "gaussian")) {
      for (int row = 0; row < x.length; row++) {
        double[] e = rows(io, "in." + probe)[row];
        Likelihood.Result result = likelihood.of(flow(sde, mixture, e), x[row]);
        assertThat(result.latent()).containsExactly(rows(io, "out.latent")[row], within(TOLERANCE));
        assertThat(result.logPrior())
            .isCloseTo(io.values("out.prior_logp")[row], within(TOLERANCE));
        assertThat(result.logVolume())
            .isCloseTo(io.values("out." + probe + ".delta_logp")[row], within(TOLERANCE));
        assertThat(result.logLikelihood())
            .isCloseTo(io.values("out." + probe + ".logp")[row], within(TOLERANCE));
        if (probe.equals("rademacher")) {
          assertThat(result.bitsPerDimension(2 / 256.0))
              .isCloseTo(io.values("out.rademacher.bits_per_dim")[row], within(TOLERANCE));
        }
      }
    }
    for (int row = 0; row < x.length; row++) {
      assertThat(mixture.logDensity(x[row]))
          .isCloseTo(io.values("exact.logp")[row], within(TOLERANCE));
      assertThat(mixture.at(sde, likelihood.start()).logDensity(x[row]))
          .isCloseTo(io.values("exact.logp_eps")[row], within(TOLERANCE));
    }
  }

  /** The flow, with Hutchinson's estimate of its divergence along e. */
  private static Likelihood.DivergingFlow flow(
      GaussianSde sde, GaussianMixture mixture, double[] e) {
    var flow = new ProbabilityFlow(sde, mixture.under(sde));
    return (x, t) -> {
      double g = sde.diffusion(t);
      double square = 0;
      for (double v : e) {
        square += v * v;
      }
      double divergence = sde.rate(t) * square - 0.5 * g * g * mixture.at(sde, t).curvature(x, e);
      return new Likelihood.Flow(flow.drift(x, t), divergence);
    };
  }

  private static GaussianSde sde(JsonNode json) {
    VpSde vp =
        new LinearVpSde(json.path("beta_min").asDouble(1), json.path("beta_max").asDouble(1));
    return switch (json.get("sde").asText()) {
      case "VPSDE" -> vp;
      case "subVPSDE" -> new SubVpSde(vp);
      case "VESDE" -> new VeSde(json.get("sigma_min").asDouble(), json.get("sigma_max").asDouble());
      default -> throw new IllegalArgumentException("sde: " + json.get("sde"));
    };
  }

  /** The standard deviation of the samples at t = 1. */
  private static double priorDeviation(GaussianSde sde) {
    return sde instanceof VeSde exploding ? exploding.last() : 1;
  }

  private static Optional<Predictor> predictor(JsonNode json) {
    String name = json.get("predictor").asText();
    return name.equals("none")
        ? Optional.empty()
        : Optional.of(Predictor.valueOf(name.replace("_sampling", "").toUpperCase(Locale.ROOT)));
  }

  private static Optional<Langevin> corrector(JsonNode json) {
    String name = json.get("corrector").asText();
    if (name.equals("none") || json.get("corrector").isNull()) {
      return Optional.empty();
    }
    var size =
        switch (name) {
          case "langevin" -> Langevin.Size.NORMS;
          case "ald" -> Langevin.Size.ANNEALED;
          default -> throw new IllegalArgumentException("corrector: " + name);
        };
    return Optional.of(
        new Langevin(size, json.get("snr").asDouble(), json.get("corrector_steps").asInt()));
  }

  private static RungeKutta method(JsonNode json) {
    return json.get("method").asText().equals("rk4") ? RungeKutta.CLASSICAL : RungeKutta.EULER;
  }

  static GaussianMixture mixture(JsonNode json) {
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

  /** The formula of the case's network, which predicts the noise of discrete steps. */
  private static Score discreteScore(JsonNode json, int n) {
    NoiseSchedule schedule =
        new LinearSchedule(
            n,
            json.get("beta_min").asDouble() / n,
            json.get("beta_max").asDouble() / n,
            TableRounding.FLOAT64);
    return (x, t) -> {
      double label = t * (n - 1);
      double noise = sqrt(1 - schedule.alphaBar((int) floor(label + 1e-9)));
      double[] score = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        score[i] = -(0.6 * x[i] + 0.2 * sin(3 * x[1 - i] + label / 9)) / noise;
      }
      return score;
    };
  }

  private static String key(int step, String what) {
    return String.format("step%02d.%s", step, what);
  }

  private static double[][] rows(GoldenTensors io, String name) {
    double[] values = io.values(name);
    int count = io.size(name, 0);
    int size = values.length / count;
    double[][] rows = new double[count][size];
    for (int row = 0; row < count; row++) {
      System.arraycopy(values, row * size, rows[row], 0, size);
    }
    return rows;
  }

  private static void assertClose(double[][] actual, GoldenTensors io, String name) {
    double[][] expected = rows(io, name);
    double tolerance = TOLERANCE * Math.max(1, io.largest(name));
    for (int row = 0; row < actual.length; row++) {
      assertThat(actual[row]).as(name).containsExactly(expected[row], within(tolerance));
    }
  }
}
