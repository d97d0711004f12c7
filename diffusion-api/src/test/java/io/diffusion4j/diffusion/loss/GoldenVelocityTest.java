package io.diffusion4j.diffusion.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.diffusion.loss.TimestepSampler.Density;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.EdmPreconditioning;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.FlowLevel;
import io.diffusion4j.diffusion.schedule.FlowSchedule;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;

/** The losses of diffusers' trainings of flows, and EDM's. */
class GoldenVelocityTest {
  private static final double TOLERANCE = 2e-6;
  private static final double EDM_TOLERANCE = 1e-5;

  @GoldenTest(GoldenKind.VELOCITY_LOSS)
  void theLossIsTheReferences(GoldenCase golden) {
    JsonNode json = golden.json();
    GoldenTensors io = golden.io();
    boolean ofX0 = json.get("precondition_outputs").asBoolean();
    Weighting weighting = weighting(json.get("weighting").asText());
    Weighting used = ofX0 ? weighting.ofX0() : weighting;
    int rows = io.size("in.x0", 0);
    double mean = 0;
    for (int row = 0; row < rows; row++) {
      var level = new FlowLevel(io.values("in.sigma")[row]);
      var noise = new NoiseLevel(level.alphaBar());
      double factor = Conversion.of(Parameterization.VELOCITY, level.alphaBar()).x0FromOutput();
      double weight = used.weight(noise.snr(), factor);
      float[] x0 = io.row("in.x0", row);
      float[] eps = io.row("in.noise", row);
      float[] output = io.row("in.model_out", row);
      double loss = 0;
      for (int i = 0; i < x0.length; i++) {
        assertThat(level.scale() * noise.xt(x0[i], eps[i]))
            .isCloseTo(io.row("out.xt", row)[i], within(TOLERANCE * io.largest("out.xt")));
        double error = output[i] - (eps[i] - x0[i]);
        loss += weight * error * error / x0.length;
        assertThat(2 * weight * error / (x0.length * rows))
            .isCloseTo(
                io.row("out.gradient", row)[i], within(TOLERANCE * io.largest("out.gradient")));
      }
      assertThat(loss)
          .isCloseTo(
              io.values("out.row_loss")[row], within(TOLERANCE * io.largest("out.row_loss")));
      mean += loss / rows;
    }
    assertThat(mean).isCloseTo(io.values("out.loss")[0], within(TOLERANCE * mean));
  }

  @GoldenTest(GoldenKind.FLOW_DENSITIES)
  void timestepsAndWeightsAreTheReferences(GoldenCase golden) {
    JsonNode options = golden.json().get("options");
    GoldenTensors io = golden.io();
    double mean = options.path("logit_normal").path("logit_mean").asDouble(0);
    double deviation = options.path("logit_normal").path("logit_std").asDouble(1);
    double scale = options.path("mode").path("mode_scale").asDouble(1.29);
    var schedule = new FlowSchedule(1000, golden.json().get("shift").asDouble());
    for (String name : new String[] {"none", "logit_normal", "mode"}) {
      double[] draws = io.values("in." + name);
      double[] us = io.values("out." + name + ".u");
      for (int i = 0; i < draws.length; i++) {
        double u =
            switch (name) {
              case "logit_normal" -> Density.sigmoid(mean + deviation * draws[i]);
              case "mode" -> Density.mode(draws[i], scale);
              default -> draws[i];
            };
        assertThat(u).as(name).isCloseTo(us[i], within(1e-6));
        int t = Density.uniform().timestep(us[i], schedule.steps());
        assertThat(schedule.flowLevel(t).sigma())
            .isCloseTo(io.values("out." + name + ".sigmas")[i], within(1e-6));
        assertThat(schedule.networkTime(t))
            .isCloseTo(io.values("out." + name + ".timesteps")[i], within(1e-3));
      }
    }
    double[] sigmas = io.values("in.sigma");
    for (String name : new String[] {"none", "sigma_sqrt", "cosmap"}) {
      for (int i = 0; i < sigmas.length; i++) {
        double ratio = (1 - sigmas[i]) / sigmas[i];
        double expected = io.values("out.weight." + name)[i];
        assertThat(weighting(name).weight(ratio * ratio, -sigmas[i]))
            .as(name)
            .isCloseTo(expected, within(1e-6 * expected));
      }
    }
  }

  @GoldenTest(GoldenKind.EDM_LOSS)
  void edmsLossIsTheReferences(GoldenCase golden) {
    JsonNode json = golden.json();
    GoldenTensors io = golden.io();
    var edm = new EdmPreconditioning(json.get("sigma_data").asDouble());
    int rows = io.size("in.x0", 0);
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      double z = io.values("in.normal")[row];
      double sigma = Math.exp(json.get("P_mean").asDouble() + json.get("P_std").asDouble() * z);
      assertThat(sigma).isCloseTo(io.values("mid.sigma")[row], within(1e-5 * sigma));
      assertThat(edm.time(sigma)).isCloseTo(io.values("mid.c_noise")[row], within(1e-6));
      var level = new NoiseLevel(1 / (1 + sigma * sigma));
      Conversion from = edm.conversion(level.alphaBar());
      float[] x0 = io.row("in.x0", row);
      float[] eps = io.row("in.noise", row);
      float[] output = io.row("in.model_out", row);
      for (int i = 0; i < x0.length; i++) {
        double x = level.xt(x0[i], eps[i]);
        assertClose(edm.inputScale(level.alphaBar()) * x, io, "mid.network_in", row, i);
        double denoised = from.x0(x, output[i]);
        assertClose(denoised, io, "out.denoised", row, i);
        double error = denoised - x0[i];
        double loss = edm.weight(sigma) * error * error;
        assertClose(loss, io, "out.loss_elements", row, i);
        assertClose(
            2 * edm.weight(sigma) * error * edm.output(sigma) / rows, io, "out.gradient", row, i);
        sum += loss;
      }
    }
    assertThat(sum / rows).isCloseTo(io.values("out.loss")[0], within(EDM_TOLERANCE * sum));
  }

  private static void assertClose(double actual, GoldenTensors io, String key, int row, int i) {
    assertThat(actual)
        .as(key)
        .isCloseTo(io.row(key, row)[i], within(EDM_TOLERANCE * io.largest(key)));
  }

  private static Weighting weighting(String name) {
    return switch (name) {
      case "none" -> Weighting.SIMPLE;
      case "sigma_sqrt" -> Weighting.SIGMA_SQRT;
      case "cosmap" -> Weighting.COSMAP;
      default -> throw new IllegalArgumentException("weighting: " + name);
    };
  }
}
