package io.diffusion4j.diffusion.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.FlowLevel;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;

/** Velocities, likelihoods and samples against facebookresearch/flow_matching, in float64. */
class GoldenVelocityFlowTest {
  /** A path a·x₀ + b·ε with the slopes of a and b. */
  private record Place(double a, double aSlope, double b, double bSlope) {}

  @GoldenTest(GoldenKind.FLOW_CONVERSION)
  void conversionsAreTheReferences(GoldenCase golden) {
    GoldenTensors io = golden.io();
    var vp = new LinearVpSde(0.1, 20);
    double[] times = io.values("in.t");
    for (String path : new String[] {"flow", "vp"}) {
      for (int row = 0; row < times.length; row++) {
        Place at = path.equals("flow") ? flow(1 - times[row]) : reversed(vp, 1 - times[row]);
        assertThat(at.a).isCloseTo(io.values("out." + path + ".scale")[row], within(1e-12));
        assertThat(at.b).isCloseTo(io.values("out." + path + ".noise")[row], within(1e-12));
        Conversion of = Conversion.ofVelocity(at.a, at.aSlope, at.b, at.bSlope);
        double snr = Math.exp(row(io, "in.given", row)[0]);
        double inverse = io.values("out." + path + ".snr_inverse")[row];
        if (path.equals("flow")) {
          double sigma = FlowLevel.ofExploding(1 / snr).sigma();
          assertThat(1 - sigma).isCloseTo(inverse, within(1e-12));
        } else {
          assertThat(vp.signal(1 - inverse) / vp.deviation(1 - inverse))
              .isCloseTo(snr, within(1e-10 * snr));
        }
        double[] x = row(io, "in.x", row);
        double[] given = row(io, "in.given", row);
        for (int i = 0; i < x.length; i++) {
          double ofX0 = (given[i] - of.x0FromX() * x[i]) / of.x0FromOutput();
          double ofEps = (given[i] - of.epsFromX() * x[i]) / of.epsFromOutput();
          assertClose(of.x0(x[i], given[i]), io, path, "velocity_to_target", row, i);
          assertClose(of.eps(x[i], given[i]), io, path, "velocity_to_epsilon", row, i);
          assertClose(ofX0, io, path, "target_to_velocity", row, i);
          assertClose(ofEps, io, path, "epsilon_to_velocity", row, i);
          assertClose((x[i] - at.b * given[i]) / at.a, io, path, "epsilon_to_target", row, i);
          assertClose((x[i] - at.a * given[i]) / at.b, io, path, "target_to_epsilon", row, i);
        }
        if (path.equals("flow")) {
          assertIsTheSampleOfTheVariancePreservingSpace(of, times[row]);
        }
      }
    }
  }

  /** The velocity of x_f by the conversion for x = x_f/L; the reference's time runs backwards. */
  private static void assertIsTheSampleOfTheVariancePreservingSpace(Conversion of, double t) {
    var level = new FlowLevel(1 - t);
    Conversion own = Conversion.of(Parameterization.VELOCITY, level.alphaBar());
    assertThat(own.x0(0.3 / level.scale(), -0.7)).isCloseTo(of.x0(0.3, 0.7), within(1e-12));
    assertThat(own.eps(0.3 / level.scale(), -0.7)).isCloseTo(of.eps(0.3, 0.7), within(1e-12));
  }

  private static void assertClose(
      double actual, GoldenTensors io, String path, String name, int row, int i) {
    String key = "out." + path + "." + name;
    assertThat(actual)
        .as(key)
        .isCloseTo(row(io, key, row)[i], within(1e-12 * Math.max(1, io.largest(key))));
  }

  private static Place flow(double sigma) {
    return new Place(1 - sigma, 1, sigma, -1);
  }

  private static Place reversed(LinearVpSde sde, double t) {
    double a = sde.signal(t);
    double b = sde.deviation(t);
    double slope = -sde.rate(t) * a;
    return new Place(a, slope, b, -a * slope / b);
  }

  @GoldenTest(GoldenKind.VELOCITY_LIKELIHOOD)
  void likelihoodsAndSamplesAreTheReferences(GoldenCase golden) {
    JsonNode json = golden.json();
    GoldenTensors io = golden.io();
    GaussianMixture mixture = GoldenSdeTest.mixture(json);
    int steps = json.get("steps").asInt();
    int sampling = json.get("sampling_steps").asInt();
    for (int row = 0; row < io.size("in.x", 0); row++) {
      double[] x = row(io, "in.x", row);
      double[] signs = row(io, "in.rademacher", row);
      for (String name : new String[] {"euler", "midpoint", "rk4", "hutchinson"}) {
        RungeKutta method =
            switch (name) {
              case "euler" -> RungeKutta.EULER;
              case "midpoint" -> RungeKutta.MIDPOINT;
              default -> RungeKutta.CLASSICAL;
            };
        boolean estimated = name.equals("hutchinson");
        Likelihood.Result result =
            new Likelihood(method, steps, 0, 1)
                .of(
                    (at, sigma) -> {
                      var here = new Velocity(mixture, at, sigma);
                      return new Likelihood.Flow(
                          here.value(), estimated ? here.along(signs) : here.divergence());
                    },
                    x);
        assertThat(result.latent())
            .containsExactly(row(io, "out." + name + ".latent", row), within(1e-10));
        assertThat(result.logLikelihood())
            .as(name)
            .isCloseTo(io.values("out." + name + ".logp")[row], within(1e-10));
        if (!estimated) {
          double[] noise = row(io, "in.noise", row);
          assertThat(
                  method.follow(
                      (at, sigma) -> new Velocity(mixture, at, sigma).value(),
                      noise,
                      1,
                      0,
                      sampling))
              .containsExactly(row(io, "out." + name + ".sample", row), within(1e-10));
        }
      }
      assertThat(mixture.logDensity(x)).isCloseTo(io.values("exact.logp")[row], within(1e-10));
    }
  }

  /** The velocity E[ε − x₀ | x_f] of a mixture, and its derivative. */
  private static final class Velocity {
    private final double[] shares;
    private final double[] factors;
    private final double[][] velocities;
    private final double[][] slopes;
    private final double[] mean;

    Velocity(GaussianMixture mixture, double[] x, double sigma) {
      int n = mixture.components().size();
      double a = 1 - sigma;
      shares = new double[n];
      factors = new double[n];
      velocities = new double[n][x.length];
      slopes = new double[n][x.length];
      double[] logs = new double[n];
      for (int k = 0; k < n; k++) {
        var component = mixture.components().get(k);
        double variance = a * a * component.variance() + sigma * sigma;
        factors[k] = (sigma - a * component.variance()) / variance;
        double square = 0;
        for (int i = 0; i < x.length; i++) {
          double off = x[i] - a * component.mean().get(i);
          velocities[k][i] = factors[k] * off - component.mean().get(i);
          slopes[k][i] = -off / variance;
          square += off * off;
        }
        logs[k] =
            Math.log(component.weight())
                - 0.5 * (square / variance + x.length * Math.log(variance));
      }
      double largest = java.util.Arrays.stream(logs).max().orElseThrow();
      double sum = 0;
      for (int k = 0; k < n; k++) {
        shares[k] = Math.exp(logs[k] - largest);
        sum += shares[k];
      }
      mean = new double[x.length];
      for (int k = 0; k < n; k++) {
        shares[k] /= sum;
        for (int i = 0; i < x.length; i++) {
          mean[i] += shares[k] * slopes[k][i];
        }
      }
    }

    double[] value() {
      double[] value = new double[mean.length];
      for (int k = 0; k < shares.length; k++) {
        for (int i = 0; i < value.length; i++) {
          value[i] += shares[k] * velocities[k][i];
        }
      }
      return value;
    }

    /** Computes eᵀ(∂v/∂x)e. */
    double along(double[] e) {
      double sum = 0;
      for (int k = 0; k < shares.length; k++) {
        double square = 0;
        double ofVelocity = 0;
        double ofSlope = 0;
        for (int i = 0; i < e.length; i++) {
          square += e[i] * e[i];
          ofVelocity += e[i] * velocities[k][i];
          ofSlope += e[i] * (slopes[k][i] - mean[i]);
        }
        sum += shares[k] * (factors[k] * square + ofVelocity * ofSlope);
      }
      return sum;
    }

    double divergence() {
      double sum = 0;
      for (int i = 0; i < mean.length; i++) {
        double[] e = new double[mean.length];
        e[i] = 1;
        sum += along(e);
      }
      return sum;
    }
  }

  private static double[] row(GoldenTensors io, String name, int row) {
    double[] values = io.values(name);
    int size = values.length / io.size(name, 0);
    double[] result = new double[size];
    System.arraycopy(values, row * size, result, 0, size);
    return result;
  }
}
