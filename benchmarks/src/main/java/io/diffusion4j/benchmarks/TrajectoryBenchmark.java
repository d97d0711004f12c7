package io.diffusion4j.benchmarks;

import io.diffusion4j.diffusion.Parameterization;
import io.diffusion4j.diffusion.Prediction;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Samplers;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Trajectory;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.UnclipSpacing;
import io.diffusion4j.tf.nn.Init;
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
 * A step of eight samples of 64×64×3: by {@link Trajectory} for any plan, and by a loop written for
 * the one sampler. Noise is drawn beforehand on both sides. Not final, because JMH extends it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class TrajectoryBenchmark {
  static final int ROWS = 8;
  private static final long[] SAMPLE = {64, 64, 3};
  private static final int TRAIN_STEPS = 1000;
  private static final int STEPS = 250;

  /** A sampler by name: a deterministic one, one that looks back, one with learned noise. */
  @Param({"ddim", "dpmpp-2m", "ddpm"})
  String sampler = "ddim";

  private SamplingPlan plan = plan(sampler);
  private List<Prediction> predictions = List.of();
  private List<float[]> starts = List.of();
  private float[] noise = {};
  private List<Trajectory> trajectories = List.of();

  private FusedStep fused = FusedStep.of(plan.steps().get(0));
  private List<float[]> samples = List.of();
  private List<float[]> past = List.of();

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
    fused = FusedStep.of(plan.steps().get(STEPS / 2));
    predictions = new ArrayList<>();
    starts = new ArrayList<>();
    past = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      float[] output = Init.normal(1).values(SAMPLE, random);
      predictions.add(new Prediction(output, Init.uniform(1).values(SAMPLE, random)));
      starts.add(Init.normal(1).values(SAMPLE, random));
      past.add(Init.uniform(1).values(SAMPLE, random));
    }
    noise = Init.normal(1).values(SAMPLE, random);
    samples = new ArrayList<>(starts);
    start();
  }

  private void start() {
    trajectories =
        starts.stream()
            .map(
                x ->
                    new Trajectory(
                        plan, Parameterization.EPS, X0Treatment.clip(1), x, step -> noise))
            .toList();
  }

  /** One step of each trajectory; a plan that has ended begins anew. */
  @Benchmark
  public List<Trajectory> trajectory() {
    if (trajectories.get(0).done()) {
      start();
    }
    for (int i = 0; i < ROWS; i++) {
      trajectories.get(i).advance(predictions.get(i));
    }
    return trajectories;
  }

  /** The same step of each sample, again and again. */
  @Benchmark
  public List<float[]> fusedLoop() {
    for (int i = 0; i < ROWS; i++) {
      float[] x = samples.get(i);
      var prediction = predictions.get(i);
      samples.set(
          i,
          switch (sampler) {
            case "ddpm" -> fused.ancestral(x, prediction.output(), prediction.variance(), noise);
            case "dpmpp-2m" -> fused.twoStep(x, prediction.output(), past.get(i));
            default -> fused.singleStep(x, prediction.output());
          });
    }
    return samples;
  }
}
