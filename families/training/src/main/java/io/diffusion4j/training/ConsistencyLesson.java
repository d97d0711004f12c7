package io.diffusion4j.training;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.sampling.PlanRow;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.nn.train.diffusion.RegressionBatch;
import io.diffusion4j.nn.train.group.RowGroups;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * The x̂₀ of an earlier student after one step of the teacher's DDIM to the next of {@value
 * #LEVELS} levels, so that all points of a trajectory get the same x̂₀ (consistency distillation,
 * Y. Song et al. 2023, alg. 2; of latents with guidance, Luo et al. 2023, §4). After the last level
 * it is the teacher's. The squared error of x̂₀ counts alike at all levels.
 *
 * <p>The levels are those of trailing timesteps, and so of {@code LCMScheduler} with {@code
 * original_inference_steps} {@value #LEVELS}; those of 1, 2, 4 and 8 steps are among them.
 */
final class ConsistencyLesson<C> implements Lesson<C> {
  /** The number of noise levels. */
  static final int LEVELS = 40;

  private final List<float[]> samples;
  private final GuidedTeacher<C> teacher;
  private final EarlierStudent<C> target;
  private final NoiseSchedule schedule;
  private final Timesteps levels;
  private final SamplingPlan steps;
  private final SamplingPlan answers;

  /**
   * Prepares a student.
   *
   * @param samples the clean samples that are noised
   * @param teacher makes the steps of DDIM
   * @param target the student whose answers are learned
   */
  ConsistencyLesson(
      NoiseSchedule schedule,
      List<float[]> samples,
      GuidedTeacher<C> teacher,
      EarlierStudent<C> target) {
    this.schedule = schedule;
    this.samples = samples;
    this.teacher = teacher;
    this.target = target;
    levels = TimestepSpacings.TRAILING.of(schedule.steps(), LEVELS);
    steps = new DdimSampler(0).plan(schedule, levels);
    var x0 = new SamplingPlan.Builder();
    steps.steps().forEach(each -> x0.add(each.t(), each.alphaBar(), Update.ZERO.plusX0(1)));
    answers = x0.build();
  }

  @Override
  public synchronized List<RegressionBatch.Row> rows(
      List<Asked<C>> asked, RowRange share, SplittableRandom random, long step) {
    List<GuidedTeacher.Course<C>> courses = new ArrayList<>();
    for (var each : asked) {
      int place = random.nextInt(LEVELS);
      float[] noisy =
          Lesson.noised(schedule.level(levels.get(place)), samples.get(each.number()), random);
      courses.add(
          new GuidedTeacher.Course<>(
              noisy, new PlanRow(steps, place), 1, each.condition(), each.guidance()));
    }
    return new RowGroups(courses.size()).compute(share, group -> rows(group.rowsOf(courses), step));
  }

  private List<RegressionBatch.Row> rows(List<GuidedTeacher.Course<C>> courses, long step) {
    var x0 = answers(courses, teacher.follow(courses).stream().map(Trajectory::x).toList(), step);
    List<RegressionBatch.Row> rows = new ArrayList<>();
    for (int row = 0; row < courses.size(); row++) {
      var course = courses.get(row);
      int t = levels.get(course.from().index());
      rows.add(new RegressionBatch.Row(course.start(), x0.get(row), t, 1));
    }
    return rows;
  }

  /** Returns the answers to the ends of courses; an end that is clean is the answer itself. */
  private List<float[]> answers(
      List<GuidedTeacher.Course<C>> courses, List<float[]> ends, long step) {
    var student = target.at(step);
    List<float[]> x0 = new ArrayList<>(ends);
    List<Integer> noisy = new ArrayList<>();
    List<GuidedTeacher.Course<C>> questions = new ArrayList<>();
    for (int i = 0; i < ends.size(); i++) {
      var course = courses.get(i);
      if (!course.from().isLast()) {
        noisy.add(i);
        double guidance = student.isPresent() ? 1 : course.guidance();
        var next = new PlanRow(answers, course.from().index() + 1);
        questions.add(
            new GuidedTeacher.Course<>(ends.get(i), next, 1, course.condition(), guidance));
      }
    }
    if (!noisy.isEmpty()) {
      var answered = student.orElse(teacher).follow(questions);
      for (int i = 0; i < noisy.size(); i++) {
        x0.set(noisy.get(i), answered.get(i).x());
      }
    }
    return x0;
  }

  @Override
  public void onStep(long step, Supplier<TensorSource> weights) {
    target.onStep(step, weights);
  }

  @Override
  public void onCheckpoint(long step) {
    target.onCheckpoint(step);
  }
}
