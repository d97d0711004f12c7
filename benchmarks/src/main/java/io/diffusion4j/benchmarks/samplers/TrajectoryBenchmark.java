package io.diffusion4j.benchmarks.samplers;

import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Trajectory;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.UnclipSpacing;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.nn.weights.Init;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A step of eight samples of 64×64×3: by {@link Trajectory} for any plan, and by {@link FusedLoop}.
 * Noise is drawn beforehand on both sides. Not final, because JMH extends it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class TrajectoryBenchmark {
  static final int ROWS = 8;
  private static final long[] SAMPLE = {64, 64, 3};
  private static final int TRAIN_STEPS = 1000;
  private static final int STEPS = 250;

  /** A sampler by name; {@link StepBenchmark} runs all there are. */
  @Param("ddim")
  String sampler = "ddim";

  private SamplingPlan plan = plan(sampler);
  private List<Prediction> predictions = List.of();
  private List<float[]> starts = List.of();
  private float[] noise = {};
  private List<Trajectory> trajectories = List.of();
  private List<FusedLoop> loops = List.of();

  private static SamplingPlan plan(String name) {
    Sampler sampler = Samplers.standard().named(name);
    return sampler.plan(
        new CosineSchedule(TRAIN_STEPS), new UnclipSpacing().of(TRAIN_STEPS, STEPS));
  }

  /** Draws everything that is not measured. */
  @Setup
  public void draw() {
    var random = new SplittableRandom(1);
    plan = plan(sampler);
    predictions = new ArrayList<>();
    starts = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      float[] output = Init.normal(1).values(SAMPLE, random);
      predictions.add(new Prediction(output, Init.uniform(1).values(SAMPLE, random)));
      starts.add(Init.normal(1).values(SAMPLE, random));
    }
    noise = Init.normal(1).values(SAMPLE, random);
    startTrajectories();
    startLoops();
  }

  private void startTrajectories() {
    trajectories =
        starts.stream()
            .map(
                x ->
                    new Trajectory(
                        plan, Parameterization.EPS, X0Treatment.clip(1), x, step -> noise))
            .toList();
  }

  private void startLoops() {
    loops = starts.stream().map(x -> new FusedLoop(plan, x)).toList();
  }

  /** One step of each trajectory; a plan that has ended begins anew. */
  @Benchmark
  public List<Trajectory> trajectory() {
    if (trajectories.get(0).done()) {
      startTrajectories();
    }
    for (int i = 0; i < ROWS; i++) {
      trajectories.get(i).advance(predictions.get(i));
    }
    return trajectories;
  }

  /** The same step of each sample by hand. */
  @Benchmark
  public Object fusedLoop() {
    if (loops.get(0).done()) {
      startLoops();
    }
    for (int i = 0; i < ROWS; i++) {
      loops.get(i).advance(predictions.get(i), noise);
    }
    return loops;
  }

  /** The size of what a step of all samples makes. */
  static long resultBytes() {
    long values = 1;
    for (long length : SAMPLE) {
      values *= length;
    }
    return ROWS * Float.BYTES * values;
  }
}
