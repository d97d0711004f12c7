package io.diffusion4j.nn.engine;

import io.diffusion4j.diffusion.continuous.FlowLikelihood;
import io.diffusion4j.diffusion.continuous.Likelihood;
import io.diffusion4j.diffusion.continuous.PictureFlow;
import io.diffusion4j.diffusion.continuous.RungeKutta;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.loss.BitsPerDimension;
import io.diffusion4j.diffusion.loss.BitsPerDimension.Bound;
import io.diffusion4j.diffusion.loss.MeanType;
import io.diffusion4j.diffusion.loss.ReverseProcess;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The likelihood of pictures under a network that denoises their pixels. The network's gradient is
 * compiled on demand.
 *
 * @param <C> the type of the network's conditions
 */
public abstract class DenoiserLikelihood<C> implements PictureLikelihood {
  private final Chain<C> chain;
  private @Nullable ProbedDenoiser<C> probed;

  /**
   * The chain of steps from noise to a picture.
   *
   * @param variance the variance of the steps
   */
  public record Chain<C>(
      Denoiser<C> network, NoiseSchedule schedule, VarianceType variance, Thresholding treatment) {}

  /** Creates the likelihood of pictures at the end of a chain. */
  protected DenoiserLikelihood(Chain<C> chain) {
    this.chain = chain;
  }

  /**
   * Returns the condition of each picture.
   *
   * @throws IllegalArgumentException if the model has no such class
   */
  protected abstract List<C> conditions(List<Example> examples);

  /** Compiles the network with its gradient. */
  protected abstract ProbedDenoiser<C> compileProbed();

  @Override
  public int trainSteps() {
    return chain.schedule.steps();
  }

  @Override
  public Bound bound(
      Example example, Timesteps timesteps, NoiseSource noise, IntConsumer progress) {
    var mean = MeanType.of(chain.network.parameterization());
    var process = new ReverseProcess(chain.schedule, timesteps, mean, chain.variance);
    C condition = conditions(List.of(example)).get(0);
    return new BitsPerDimension<>(chain.network, process, chain.treatment)
        .of(example.levels(width(), height()), condition, noise, progress);
  }

  @Override
  public List<Likelihood.Result> flow(
      List<Example> examples,
      int steps,
      RungeKutta method,
      List<NoiseSource> noise,
      IntConsumer progress) {
    var conditions = conditions(examples);
    var likelihood =
        new FlowLikelihood(chain.schedule, steps, method, chain.network.parameterization());
    return new PictureFlow(likelihood)
        .of(
            examples.stream().map(e -> e.levels(width(), height())).toList(),
            conditions,
            noise,
            probed()::probe,
            progress);
  }

  private ProbedDenoiser<C> probed() {
    if (probed == null) {
      probed = compileProbed();
    }
    return probed;
  }

  @Override
  public void close() {
    if (probed != null) {
      probed.close();
    }
  }
}
