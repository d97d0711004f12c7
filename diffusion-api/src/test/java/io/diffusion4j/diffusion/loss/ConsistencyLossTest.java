package io.diffusion4j.diffusion.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.diffusion.denoiser.ConsistencyDenoiser;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.EdmPreconditioning;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.ConsistencySchedule;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.HeunSampler;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.util.List;

/**
 * The losses of openai/consistency_models from the parts of the library: the levels, the network's
 * inputs, both scalings, and the teacher's steps by Heun or DDIM. Samples are x/√(1+σ²) here.
 */
class ConsistencyLossTest {
  private static final double TOLERANCE = 5e-4;

  /** The case's formula in place of a network. */
  private record Formula(
      GoldenTensors io, String name, int row, double factor, ConsistencySchedule levels)
      implements Denoiser<String> {
    @Override
    public Parameterization parameterization() {
      return Parameterization.X0;
    }

    /** The condition is the number of the call. */
    @Override
    public List<Prediction> predict(List<Query<String>> queries) {
      Query<String> query = queries.get(0);
      String call = "mid." + name + query.condition();
      double time = levels.networkTime(query.t());
      assertThat(time).isCloseTo(io.values(call + ".t")[row], within(2e-3));
      float[] in = query.xt().clone();
      for (int i = 0; i < in.length; i++) {
        in[i] *= (float) levels.inputScale(query.t());
      }
      assertRow(in, io, call + ".network_in", row);
      int width = io.size("in.x0", -1);
      float[] out = new float[in.length];
      for (int i = 0; i < out.length; i++) {
        double flipped = in[i - i % width + width - 1 - i % width];
        out[i] = (float) (factor * in[i] + 0.3 * Math.sin(2 * flipped + time / 400));
      }
      assertRow(out, io, call + ".out", row);
      return List.of(Prediction.of(out));
    }

    /** Returns the answer with the scalings of EDM, as in progressive distillation. */
    float[] edm(float[] x, int t) {
      return edm(new Query<>(x, t, "0"));
    }

    float[] edm(Query<String> query) {
      float[] answer = predict(List.of(query)).get(0).output();
      var scalings =
          new EdmPreconditioning(levels.sigmaData()).conversion(levels.alphaBar((int) query.t()));
      for (int i = 0; i < answer.length; i++) {
        answer[i] = (float) scalings.x0(query.xt()[i], answer[i]);
      }
      return answer;
    }
  }

  @GoldenTest(GoldenKind.KARRAS_LOSS)
  void lossesAreThoseOfTheReference(GoldenCase golden) {
    var io = golden.io();
    JsonNode about = golden.json();
    boolean halves = about.get("loss").asText().startsWith("progressive");
    // Two steps of the teacher are one of the student, and the last level is a level too
    int count = about.get("scales").asInt();
    int levels = halves ? 2 * count + 1 : count;
    var schedule =
        new ConsistencySchedule(
            levels,
            about.get("sigma_min").asDouble(),
            about.get("sigma_max").asDouble(),
            about.get("rho").asDouble(),
            about.get("sigma_data").asDouble());
    for (int row = 0; row < io.size("in.x0", 0); row++) {
      int t = levels - 1 - (halves ? 2 : 1) * io.ints("in.index")[row];
      NoiseLevel from = schedule.level(t);
      float[] noisy = noised(io, row, from);
      var own = new Formula(io, "student", row, 0.6, schedule);
      float[] student = halves ? own.edm(noisy, t) : clean(own, noisy, t);
      float[] target;
      if (halves) {
        var teacher = new Formula(io, "teacher", row, 0.5, schedule);
        float[] after = follow(new DdimSampler(0), teacher, noisy, t, t - 1, t - 2);
        var step = new ProgressiveStep(from, schedule.level(t - 2));
        target = new float[after.length];
        for (int i = 0; i < target.length; i++) {
          target[i] = (float) step.target(noisy[i], after[i]);
        }
      } else {
        float[] next = noised(io, row, schedule.level(t - 1));
        if (about.get("loss").asText().endsWith("distillation")) {
          var teacher = new Formula(io, "teacher", row, 0.5, schedule);
          next = follow(new HeunSampler(), teacher, noisy, t, t - 1);
        }
        target = clean(new Formula(io, "target", row, 0.55, schedule), next, t - 1);
      }
      double power = about.get("norm").asText().equals("l1") ? 1 : 2;
      double loss = 0;
      for (int i = 0; i < target.length; i++) {
        loss += Math.pow(Math.abs(student[i] - target[i]), power) / target.length;
      }
      double weight = weight(about, from.snr());
      double expected = io.values("out.row_loss")[row];
      assertThat(weight * loss)
          .as("row %d", row)
          .isCloseTo(expected, within(TOLERANCE * io.largest("out.row_loss")));
    }
  }

  private static float[] noised(GoldenTensors io, int row, NoiseLevel level) {
    float[] x0 = io.row("in.x0", row);
    float[] noise = io.row("in.noise", row);
    for (int i = 0; i < x0.length; i++) {
      x0[i] = (float) level.xt(x0[i], noise[i]);
    }
    return x0;
  }

  /** Returns the answer with the boundary scalings. */
  private static float[] clean(Formula network, float[] x, int t) {
    return new ConsistencyDenoiser<>(network, network.levels())
        .predict(List.of(new Query<>(x, t, "0")))
        .get(0)
        .output();
  }

  /** Follows the teacher, whose scalings are EDM's, by two calls. */
  private static float[] follow(Sampler sampler, Formula teacher, float[] start, int... timesteps) {
    var whole = sampler.plan(teacher.levels(), Timesteps.of(timesteps));
    var plan = new SamplingPlan(whole.steps().subList(0, 2), whole.epsSource(), 1);
    var course =
        new Trajectory(
            plan,
            Parameterization.X0,
            Thresholding.NONE,
            start.clone(),
            step -> new float[start.length]);
    for (int call = 0; call < 2; call++) {
      float[] answer = teacher.edm(course.query(Integer.toString(call)));
      course.advance(Prediction.of(answer));
    }
    return course.x();
  }

  private static double weight(JsonNode about, double snr) {
    double data = about.get("sigma_data").asDouble();
    return switch (about.get("weighting").asText()) {
      case "uniform" -> 1;
      case "snr" -> snr;
      case "snr+1" -> snr + 1;
      case "karras" -> snr + 1 / (data * data);
      case "truncated-snr" -> Math.max(snr, 1);
      default -> throw new IllegalArgumentException(about.get("weighting").asText());
    };
  }

  private static void assertRow(float[] actual, GoldenTensors io, String name, int row) {
    float[] expected = io.row(name, row);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .as("%s of row %d", name, row)
          .isCloseTo(expected[i], within(1e-4 * io.largest(name)));
    }
  }
}
