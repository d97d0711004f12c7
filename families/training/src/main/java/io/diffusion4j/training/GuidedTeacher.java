package io.diffusion4j.training;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.LastStepDenoiser;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.sampling.PlanRow;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A network that others learn from: it draws, and makes single steps of DDIM, with guidance. Holds
 * native memory until it is closed.
 *
 * @param <C> the conditions of the network
 */
final class GuidedTeacher<C> implements AutoCloseable {
  private final List<CompiledNetwork> networks = new ArrayList<>();
  private final Distillable<C> of;
  private final Compute compute;
  private final SchedulerConfig scheduler;
  private final Denoiser<Guidance<C>> denoiser;

  /**
   * Loads a network.
   *
   * @param weights those of {@link Distillable#network}
   * @param ending those of the network of the last step, if that is another
   * @param scheduler names what the weights predict
   */
  GuidedTeacher(
      Distillable<C> of,
      Supplier<TensorSource> weights,
      Optional<Supplier<TensorSource>> ending,
      SchedulerConfig scheduler,
      Compute compute) {
    this.of = of;
    this.compute = compute;
    this.scheduler = scheduler;
    Denoiser<C> first = open(weights);
    denoiser =
        new GuidedDenoiser<>(
            ending
                .<Denoiser<C>>map(last -> new LastStepDenoiser<>(first, open(last)))
                .orElse(first));
  }

  private Denoiser<C> open(Supplier<TensorSource> weights) {
    try (var stored = weights.get()) {
      var network = new CompiledNetwork(of.network(), stored, compute);
      networks.add(network);
      return new NetworkDenoiser<>(network, scheduler.parameterization(), of.times(), of.feed());
    }
  }

  private Guidance<C> guided(C condition, double scale) {
    return new Guidance<>(condition, of.away().orElse(condition), GuidanceScale.constant(scale));
  }

  /**
   * Draws samples of numbered noises.
   *
   * @param noise the noise of a number
   * @param most the number of samples that are drawn at a time
   */
  List<float[]> draw(
      int from, int count, int steps, double guidance, IntFunction<NoiseSource> noise, int most) {
    var stage =
        new DiffusionStage<>(
            of.stage(),
            denoiser,
            scheduler.schedule(),
            TimestepSpacings.TRAILING,
            scheduler.treatment(),
            of.rowSize());
    var settings = new SamplingSettings(new DdimSampler(0), steps, guidance);
    List<float[]> drawn = new ArrayList<>();
    for (int first = from; first < from + count; first += most) {
      var draws =
          IntStream.range(first, Math.min(first + most, from + count))
              .mapToObj(i -> new Draw<>(guided(of.conditions().get(i), guidance), noise.apply(i)))
              .toList();
      drawn.addAll(stage.sample(draws, settings, SamplingListener.NONE));
    }
    return drawn;
  }

  /**
   * A part of a plan from a sample.
   *
   * @param from the first row, of a plan whose last row may have a network of its own
   * @param rows the number of rows
   * @param guidance the guidance scale
   */
  record Course<C>(float[] start, PlanRow from, int rows, C condition, double guidance) {}

  /** Follows courses of equally many rows, and returns their trajectories at the end. */
  List<Trajectory> follow(List<Course<C>> courses) {
    var trajectories = courses.stream().map(this::begin).toList();
    while (!trajectories.get(0).done()) {
      var queries =
          IntStream.range(0, courses.size())
              .mapToObj(i -> query(trajectories.get(i), courses.get(i)))
              .toList();
      var predictions = denoiser.predict(queries);
      for (int i = 0; i < predictions.size(); i++) {
        trajectories.get(i).advance(predictions.get(i));
      }
    }
    return trajectories;
  }

  private Trajectory begin(Course<C> course) {
    var plan = course.from.plan();
    int first = course.from.index();
    var part = plan.steps().subList(first, first + course.rows);
    return new Trajectory(
        new SamplingPlan(part, plan.epsSource(), 1),
        denoiser.parameterization(),
        scheduler.treatment(),
        course.start,
        step -> new float[course.start.length]);
  }

  private Query<Guidance<C>> query(Trajectory trajectory, Course<C> course) {
    int row = course.from.index() + trajectory.step();
    return trajectory
        .query(guided(course.condition, course.guidance))
        .withRow(new PlanRow(course.from.plan(), row));
  }

  @Override
  public void close() {
    networks.forEach(CompiledNetwork::close);
  }
}
