package io.diffusion4j.diffusion.continuous;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.continuous.FlowLikelihood.Answer;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.noise.NoiseSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The {@link FlowLikelihood} of pictures of 8 bits a value: uniform noise within each level makes
 * them samples of a density, and Hutchinson's vector consists of random signs.
 */
public record PictureFlow(FlowLikelihood likelihood) {
  /** The distance between two neighbouring levels of 256 in [−1, 1]. */
  public static final double LEVEL = 2.0 / 255;

  /** The stage of the noise within a level, step 0, and of the signs, step 1. */
  private static final String STAGE = "likelihood";

  /**
   * A network that also returns derivatives of its outputs.
   *
   * @param <C> the type of the conditions
   */
  @FunctionalInterface
  public interface Probed<C> {
    /**
     * Returns the outputs, and eᵀ(∂f/∂x)e of each.
     *
     * @param probes e, one for each query
     */
    List<Answer> probe(List<Query<C>> queries, List<float[]> probes);
  }

  /**
   * Returns the likelihood of each picture.
   *
   * @param pictures levels −1, −1 + 2/255, …, 1, all of one size
   * @param conditions one for each
   * @param noise the noise of each
   * @param progress receives the number of network calls so far
   */
  public <C> List<Likelihood.Result> of(
      List<float[]> pictures,
      List<C> conditions,
      List<NoiseSource> noise,
      Probed<C> network,
      IntConsumer progress) {
    Check.length("conditions", conditions.size(), pictures.size());
    Check.length("noise", noise.size(), pictures.size());
    List<float[]> samples = new ArrayList<>();
    List<float[]> probes = new ArrayList<>();
    for (int row = 0; row < pictures.size(); row++) {
      samples.add(withinLevels(pictures.get(row), noise.get(row)));
      probes.add(signs(noise.get(row), pictures.get(row).length));
    }
    return likelihood.of(
        samples,
        (x, t) -> {
          List<Query<C>> queries = new ArrayList<>();
          for (int row = 0; row < x.size(); row++) {
            queries.add(new Query<>(x.get(row), t, conditions.get(row)));
          }
          return network.probe(queries, probes);
        },
        progress);
  }

  /** Draws values within their levels, from the angle of a Gaussian pair, which is uniform. */
  private static float[] withinLevels(float[] pixels, NoiseSource noise) {
    float[] pairs = noise.gaussian(STAGE, 0, 2 * pixels.length);
    float[] sample = new float[pixels.length];
    for (int i = 0; i < sample.length; i++) {
      double uniform = Math.atan2(pairs[2 * i], pairs[2 * i + 1]) / (2 * Math.PI);
      sample[i] = (float) (pixels[i] + uniform * LEVEL);
    }
    return sample;
  }

  private static float[] signs(NoiseSource noise, int size) {
    float[] signs = noise.gaussian(STAGE, 1, size);
    for (int i = 0; i < size; i++) {
      signs[i] = Math.copySign(1, signs[i]);
    }
    return signs;
  }
}
