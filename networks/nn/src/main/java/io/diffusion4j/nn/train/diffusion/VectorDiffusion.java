package io.diffusion4j.nn.train.diffusion;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A diffusion model of vectors, from its network to its samples.
 *
 * <pre>{@code
 * var model = VectorDiffusion.of(2, (nn, x, time) -> ...);
 * var weights = model.train(config, Path.of("state"), random -> point(random), listener);
 * List<float[]> points = model.sample(weights, new HeunSampler(), 25, 500, 1);
 * }</pre>
 *
 * @param size the number of values of a vector
 * @param layers the network
 * @param schedule the forward process
 * @param predicted what the network predicts
 * @param terms the loss, and numbers to watch
 */
public record VectorDiffusion(
    int size, Layers layers, NoiseSchedule schedule, Parameterization predicted, LossTerms terms) {
  /** The width of the time embedding. */
  public static final int TIME_CHANNELS = 64;

  private static final Compute COMPUTE = Compute.of(Precision.FLOAT32);
  private static final String STAGE = "vectors";
  private static final long CHECKPOINT_EVERY = 500;
  private static final String NO_CONDITION = "";

  public VectorDiffusion {
    Check.that(size >= 1, "size", size, "≥ 1");
  }

  /** A network of vectors. */
  @FunctionalInterface
  public interface Layers {
    /**
     * Defines the prediction.
     *
     * @param x noisy vectors: activations {@code [B, size]}
     * @param time sines and cosines of the timestep: activations {@code [B, 64]}
     * @return activations {@code [B, size]}
     */
    Tensor prediction(Nn nn, Tensor x, Tensor time);
  }

  /** The distribution of the data. */
  @FunctionalInterface
  public interface Source {
    /** Draws a vector. */
    float[] draw(SplittableRandom random);
  }

  /** Returns the model of DDPM: ε is predicted at 1000 timesteps of the linear schedule. */
  public static VectorDiffusion of(int size, Layers layers) {
    return new VectorDiffusion(
        size, layers, new LinearSchedule(1000), Parameterization.EPS, LossTerms.SQUARE);
  }

  /** Returns the model with another forward process. */
  public VectorDiffusion withSchedule(NoiseSchedule other) {
    return new VectorDiffusion(size, layers, other, predicted, terms);
  }

  /** Returns the model with another prediction. */
  public VectorDiffusion withPrediction(Parameterization other) {
    return new VectorDiffusion(size, layers, schedule, other, terms);
  }

  /** Returns the model with another error of the prediction. */
  public VectorDiffusion withLoss(DenoisingLoss other) {
    return with(new LossTerms(other, terms.metrics()));
  }

  /** Returns the model with one more number to watch, in {@link Trainer.Report#metrics}. */
  public VectorDiffusion withMetric(String name, DenoisingMetric metric) {
    Map<String, DenoisingMetric> more = new TreeMap<>(terms.metrics());
    more.put(name, metric);
    return with(new LossTerms(terms.loss(), more));
  }

  private VectorDiffusion with(LossTerms other) {
    return new VectorDiffusion(size, layers, schedule, predicted, other);
  }

  /**
   * Trains in float32, or resumes the training of a folder.
   *
   * @param state the folder of the state, saved every 500 steps and at the end
   * @param data is called with random numbers that only seed and step decide
   * @return the moving average of the weights
   */
  public TensorSource train(
      TrainingConfig config, Path state, Source data, TrainingRun.Listener listener) {
    var noised = new NoisedBatch(schedule, predicted, Weighting.SIMPLE, TIME_CHANNELS);
    BatchSource batches =
        step -> {
          SplittableRandom random = BatchSource.random(config.seed(), step);
          var batch = new Batch(config.batchSize());
          noised.addTo(
              batch,
              IntStream.range(0, config.batchSize()).mapToObj(i -> data.draw(random)).toList(),
              random);
          return batch;
        };
    var own = config.withCompute(COMPUTE);
    try (var trainer =
            new Trainer(
                (nn, inputs) -> DiffusionLoss.of(nn, inputs, define(nn, inputs), terms), own);
        var run = new TrainingRun(trainer, own, batches, state, CHECKPOINT_EVERY)) {
      run.run(listener);
      return trainer.averagedWeights();
    }
  }

  private List<Tensor> define(Nn nn, Inputs inputs) {
    var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, size));
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, TIME_CHANNELS));
    return List.of(nn.output(layers.prediction(nn, x, time)));
  }

  /**
   * Draws vectors; those of a seed are the first ones of a larger count.
   *
   * @param steps the number of steps, up to that of the schedule
   */
  public List<float[]> sample(
      TensorSource weights, Sampler sampler, int steps, int count, long seed) {
    try (var network = new CompiledNetwork(this::define, weights, COMPUTE)) {
      NetworkDenoiser.Times times = t -> TimeEmbedding.sinusoid(t, TIME_CHANNELS);
      var denoiser =
          new NetworkDenoiser<String>(
              network, predicted, times.under(schedule), (batch, conditions) -> {});
      var draws =
          IntStream.range(0, count)
              .mapToObj(i -> new Draw<>(NO_CONDITION, new PhiloxNoise(seed, i)))
              .toList();
      return new DiffusionStage<>(
              STAGE, denoiser, schedule, TimestepSpacings.TRAILING, Thresholding.NONE, size)
          .sample(draws, new SamplingSettings(sampler, steps, 1), SamplingListener.NONE);
    }
  }
}
