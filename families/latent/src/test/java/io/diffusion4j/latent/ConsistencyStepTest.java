package io.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Schedules;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.LcmSampler;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.util.List;

/**
 * The pieces of latent consistency distillation are those of diffusers' training example: the
 * guided step of the teacher, the answers of student and target, and the embedded scale. The
 * example's last level is the first timestep, and ours the clean sample.
 */
class ConsistencyStepTest {
  private static final double TOLERANCE = 5e-4;

  /** The answers of the teacher with and without a condition. */
  private record Teacher(Parameterization parameterization, float[] with, float[] without)
      implements Denoiser<Boolean> {
    @Override
    public List<Prediction> predict(List<Query<Boolean>> queries) {
      return queries.stream()
          .map(query -> Prediction.of(query.condition() ? with : without))
          .toList();
    }
  }

  @GoldenTest(GoldenKind.CONSISTENCY_LOSS)
  void stepsAreThoseOfTheExample(GoldenCase golden) {
    var io = golden.io();
    var about = golden.json();
    var schedule = Schedules.diffusers().named(about.get("schedule").asText()).apply(1000);
    var predicted =
        switch (about.get("prediction").asText()) {
          case "epsilon" -> Parameterization.EPS;
          case "sample" -> Parameterization.X0;
          default -> Parameterization.V;
        };
    var lcm = new LcmSampler(about.get("timestep_scaling").asDouble());
    double loss = 0;
    int rows = io.size("in.w", 0);
    for (int row = 0; row < rows; row++) {
      double scale = io.values("in.w")[row] + 1;
      int start = io.ints("mid.start")[row];
      int end = io.ints("mid.end")[row];
      float[] xt = io.row("mid.xt", row);

      var teacher =
          new GuidedDenoiser<>(
              new Teacher(
                  predicted, io.row("mid.teacher_cond", row), io.row("mid.teacher_uncond", row)));
      var step = first(new DdimSampler(0), schedule, start, end);
      var course = course(step, predicted, xt);
      var condition = new Guidance<>(true, false, GuidanceScale.constant(scale));
      course.advance(teacher.predict(List.of(course.query(condition))).get(0));
      assertRow(course.x(), io, "mid.x_prev", row);

      float[] student = answer(lcm, schedule, start, predicted, xt, io.row("mid.student", row));
      assertRow(student, io, "mid.prediction", row);
      float[] target = io.row("mid.x_prev", row); // f is x at timestep 0
      if (end > 0) {
        float[] answered = io.row("mid.target_network", row);
        target = answer(lcm, schedule, end, predicted, course.x(), answered);
      }
      assertRow(target, io, "mid.target", row);
      for (int i = 0; i < target.length; i++) {
        loss += Math.pow(student[i] - target[i], 2) / target.length / rows;
      }

      float[] embedding = UnetCondition.embedded(scale, about.get("w_embedding_dim").asInt());
      float[] expected = io.row("out.w_embedding", row);
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) embedding[i]).isCloseTo(expected[i], within(1e-3));
      }
    }
    if (about.get("norm").asText().equals("l2")) {
      double expected = io.values("out.loss")[0];
      assertThat(loss).isCloseTo(expected, within(TOLERANCE * expected));
    }
  }

  private static SamplingPlan first(Sampler sampler, NoiseSchedule schedule, int... timesteps) {
    var whole = sampler.plan(schedule, Timesteps.of(timesteps));
    return new SamplingPlan(whole.steps().subList(0, 1), whole.epsSource(), 1);
  }

  private static Trajectory course(SamplingPlan plan, Parameterization predicted, float[] start) {
    return new Trajectory(
        plan, predicted, Thresholding.NONE, start.clone(), step -> new float[start.length]);
  }

  private static float[] answer(
      LcmSampler lcm,
      NoiseSchedule schedule,
      int t,
      Parameterization predicted,
      float[] x,
      float[] output) {
    var course = course(first(lcm, schedule, t), predicted, x);
    course.advance(Prediction.of(output));
    return course.x();
  }

  private static void assertRow(float[] actual, GoldenTensors io, String name, int row) {
    float[] expected = io.row(name, row);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .as("%s of row %d", name, row)
          .isCloseTo(expected[i], within(TOLERANCE * io.largest(name)));
    }
  }
}
