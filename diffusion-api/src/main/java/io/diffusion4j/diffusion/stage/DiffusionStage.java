package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.NonFinitePredictionException;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.denoiser.Reuse;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import java.util.ArrayList;
import java.util.List;

/**
 * A diffusion model ready for sampling: a network with the schedule that it was trained with.
 * Prior, decoder and upsampler each have one. Its {@link Stage} describes it to callers.
 *
 * <p>Safe to share between threads if the denoiser is.
 *
 * @param name the stage's name, which addresses its noise and labels its progress
 * @param denoiser the network
 * @param schedule the noise it was trained with
 * @param spacing the default spacing of timesteps
 * @param treatment the default treatment of x̂₀
 * @param rowSize the number of values of a sample, at least 1
 * @param <C> the type of the conditions
 */
public record DiffusionStage<C>(
    String name,
    Denoiser<C> denoiser,
    NoiseSchedule schedule,
    TimestepSpacing spacing,
    Thresholding treatment,
    int rowSize) {
  public DiffusionStage {
    Check.that(!name.isBlank(), "name", "\"" + name + "\"", "not blank");
    Check.that(rowSize >= 1, "rowSize", rowSize, "≥ 1");
  }

  /**
   * Returns the network of a stage.
   *
   * @throws IllegalArgumentException if the stage does not denoise
   */
  public static <C> DiffusionStage<C> of(Stage stage, Denoiser<C> denoiser, int rowSize) {
    StageKind.Denoising own = stage.requireDenoising();
    return new DiffusionStage<>(
        stage.name(), denoiser, own.schedule(), own.spacing(), own.treatment(), rowSize);
  }

  /** Returns the stage with another treatment of x̂₀. */
  public DiffusionStage<C> withTreatment(Thresholding other) {
    return new DiffusionStage<>(name, denoiser, schedule, spacing, other, rowSize);
  }

  /**
   * Draws one sample per condition, starting from noise.
   *
   * @return a new array of {@code rowSize} values for each draw, in order
   * @throws NonFinitePredictionException if the network returns NaN or infinity
   */
  public List<float[]> sample(
      List<Draw<C>> draws, SamplingSettings settings, SamplingListener listener) {
    SamplingPlan plan = plan(settings);
    List<float[]> start = new ArrayList<>(draws.size());
    for (Draw<C> draw : draws) {
      float[] noise = draw.noise().gaussian(name, NoiseSource.INITIAL, rowSize);
      if (plan.initialScale() != 1) {
        for (int i = 0; i < noise.length; i++) {
          noise[i] = (float) (noise[i] * plan.initialScale());
        }
      }
      start.add(noise);
    }
    var treated = settings.treatment().orElse(treatment);
    return follow(start, draws, plan, treated, settings.reuse(), listener);
  }

  /** Returns the plan of {@link #sample}. */
  public SamplingPlan plan(SamplingSettings settings) {
    return settings.plan(schedule, spacing);
  }

  /**
   * Executes a plan from given samples, for a start in the middle or at the clean end.
   *
   * @param start a sample at the noise level of the plan's first step for each draw; not modified
   * @param draws the conditions, the noise of the plan's stochastic steps, and the projections of
   *     the samples
   * @param plan the steps
   * @return a new array for each draw, in order
   * @throws NonFinitePredictionException if the network returns NaN or infinity
   */
  public List<float[]> sampleFrom(
      List<float[]> start, List<Draw<C>> draws, SamplingPlan plan, SamplingListener listener) {
    return follow(start, draws, plan, treatment, 1, listener);
  }

  private List<float[]> follow(
      List<float[]> start,
      List<Draw<C>> draws,
      SamplingPlan plan,
      Thresholding treated,
      int reuse,
      SamplingListener listener) {
    Check.that(
        start.size() == draws.size(), "start", start.size() + " samples", "%s", draws.size());
    if (draws.isEmpty()) {
      return List.of();
    }
    int steps = plan.steps().size();
    List<Trajectory> trajectories = new ArrayList<>(draws.size());
    List<List<Reuse>> reuses = new ArrayList<>(draws.size());
    for (int row = 0; row < draws.size(); row++) {
      Draw<C> draw = draws.get(row);
      NoiseSource noise = draw.noise();
      Check.length("start", start.get(row).length, rowSize);
      float[] first = start.get(row).clone();
      project(first, draw, plan, 0);
      trajectories.add(
          new Trajectory(
              plan,
              denoiser.parameterization(),
              treated,
              first,
              step -> noise.gaussian(name, step, rowSize)));
      reuses.add(Reuse.inSteps(reuse, steps));
    }
    listener.onProgress(new SamplingListener.Progress(name, 0, steps, List.of()));
    for (int step = 0; step < steps; step++) {
      List<Query<C>> queries = new ArrayList<>(draws.size());
      for (int row = 0; row < draws.size(); row++) {
        Query<C> query = trajectories.get(row).query(draws.get(row).condition());
        queries.add(query.withReuse(reuses.get(row).get(step)));
      }
      List<Prediction> predictions = denoiser.predict(queries);
      if (predictions.size() != draws.size()) {
        throw new IllegalStateException(
            "answers: " + predictions.size() + " of the network (expected: " + draws.size() + ")");
      }
      for (int row = 0; row < draws.size(); row++) {
        Prediction prediction = predictions.get(row);
        NonFinitePredictionException.check(
            prediction, name, step, steps, plan.steps().get(step).t(), row);
        trajectories.get(row).advance(prediction);
        project(trajectories.get(row).x(), draws.get(row), plan, step + 1);
      }
      listener.onProgress(
          new SamplingListener.Progress(
              name, step + 1, steps, trajectories.stream().map(Trajectory::x0).toList()));
    }
    return trajectories.stream().map(Trajectory::x).toList();
  }

  private void project(float[] x, Draw<C> draw, SamplingPlan plan, int step) {
    draw.projection()
        .project(x, new Projection.At(name, step, plan.alphaBarBefore(step), draw.noise()));
  }
}
