package io.diffusion4j.training;

import io.diffusion4j.diffusion.loss.ProgressiveStep;
import io.diffusion4j.diffusion.sampling.PlanRow;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.nn.train.diffusion.RegressionBatch;
import io.diffusion4j.nn.train.group.RowGroups;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The x₀ with which one step of DDIM is two steps of the teacher. */
final class HalvingLesson<C> implements Lesson<C> {
  private final List<float[]> samples;
  private final GuidedTeacher<C> teacher;
  private final NoiseSchedule schedule;
  private final Timesteps half;
  private final SamplingPlan plan;
  private final double guidance;

  /**
   * Prepares the student of some steps.
   *
   * @param samples the clean samples that are noised
   * @param teacher makes twice the steps
   * @param guidance its guidance scale
   */
  HalvingLesson(
      NoiseSchedule schedule,
      List<float[]> samples,
      GuidedTeacher<C> teacher,
      int steps,
      double guidance) {
    this.schedule = schedule;
    this.samples = samples;
    this.teacher = teacher;
    this.guidance = guidance;
    half = TimestepSpacings.TRAILING.of(schedule.steps(), 2 * steps);
    plan = new DdimSampler(0).plan(schedule, half);
  }

  @Override
  public List<RegressionBatch.Row> rows(
      List<Asked<C>> asked, RowRange share, SplittableRandom random, long step) {
    List<GuidedTeacher.Course<C>> courses = new ArrayList<>();
    for (var each : asked) {
      int place = 2 * random.nextInt(half.size() / 2);
      float[] noisy =
          Lesson.noised(schedule.level(half.get(place)), samples.get(each.number()), random);
      courses.add(
          new GuidedTeacher.Course<>(
              noisy, new PlanRow(plan, place), 2, each.condition(), guidance));
    }
    return new RowGroups(courses.size()).compute(share, group -> rows(group.rowsOf(courses)));
  }

  private List<RegressionBatch.Row> rows(List<GuidedTeacher.Course<C>> courses) {
    var ends = teacher.follow(courses);
    List<RegressionBatch.Row> rows = new ArrayList<>();
    for (int row = 0; row < courses.size(); row++) {
      int place = courses.get(row).from().index();
      int t = half.get(place);
      var one = new ProgressiveStep(schedule.level(t), schedule.level(half.get(place + 2)));
      float[] z = courses.get(row).start();
      float[] after = ends.get(row).x();
      float[] x0 = new float[z.length];
      for (int i = 0; i < x0.length; i++) {
        x0[i] = (float) one.target(z[i], after[i]);
      }
      rows.add(new RegressionBatch.Row(z, x0, t, one.weight()));
    }
    return rows;
  }
}
