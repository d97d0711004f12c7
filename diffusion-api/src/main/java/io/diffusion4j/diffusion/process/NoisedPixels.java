package io.diffusion4j.diffusion.process;

import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Pictures noised at uniform timesteps, for networks that judge them: x_t = √ᾱ_t·x₀ + √(1−ᾱ_t)·ε.
 *
 * @param pixels x_t of each picture
 * @param timesteps t of each picture
 */
public record NoisedPixels(List<float[]> pixels, List<Integer> timesteps) {
  /**
   * Noises pictures.
   *
   * @param clean x₀ of each; not modified
   * @param random draws timesteps and noise
   */
  public static NoisedPixels of(
      NoiseSchedule schedule, List<float[]> clean, SplittableRandom random) {
    List<float[]> pixels = new ArrayList<>(clean.size());
    List<Integer> timesteps = new ArrayList<>(clean.size());
    for (float[] x0 : clean) {
      int t = random.nextInt(schedule.steps());
      NoiseLevel level = schedule.level(t);
      float[] xt = new float[x0.length];
      for (int i = 0; i < xt.length; i++) {
        xt[i] = (float) level.xt(x0[i], random.nextGaussian());
      }
      pixels.add(xt);
      timesteps.add(t);
    }
    return new NoisedPixels(pixels, timesteps);
  }
}
