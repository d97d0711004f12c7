package io.diffusion4j.nn;

/**
 * The sinusoidal embedding of a timestep (Vaswani et al. 2017, §3.5, as in guided-diffusion):
 * {@code [cos(t·f₀), …, cos(t·f_{h−1}), sin(t·f₀), …]} with f_i = 10000^(−i/h), h = channels / 2.
 *
 * <p>It is computed in Java and fed to the network, so a row is the same in every batch and on
 * every device. The frequencies and angles are rounded to float32 as in the reference, where an
 * angle near 1000 is only exact to 6·10⁻⁵.
 */
public final class TimeEmbedding {
  private static final double MAX_PERIOD = 10_000;

  private TimeEmbedding() {}

  /**
   * Returns the embedding of one timestep.
   *
   * @param t the time in timesteps of the training schedule
   * @param channels even
   */
  public static float[] sinusoid(double t, int channels) {
    return sinusoid(t, channels, 0, false);
  }

  /**
   * Returns the embedding with two options of diffusers.
   *
   * @param channels the number of channels, at least 2; the last is 0 if their number is odd
   * @param freqShift s in f_i = 10000^(−i/(h − s)); {@code freq_shift}
   * @param sinesFirst whether the sines come first; the contrary of {@code flip_sin_to_cos}
   */
  public static float[] sinusoid(double t, int channels, double freqShift, boolean sinesFirst) {
    int half = channels / 2;
    float[] frequencies = frequencies(channels, freqShift);
    float[] embedding = new float[channels];
    int cosines = sinesFirst ? half : 0;
    int sines = sinesFirst ? 0 : half;
    for (int i = 0; i < half; i++) {
      float angle = (float) t * frequencies[i];
      embedding[cosines + i] = (float) StrictMath.cos(angle);
      embedding[sines + i] = (float) StrictMath.sin(angle);
    }
    return embedding;
  }

  /**
   * Returns the frequencies f_i of the angles.
   *
   * @param freqShift s in f_i = 10000^(−i/(h − s))
   * @return {@code channels / 2} of them
   */
  public static float[] frequencies(int channels, double freqShift) {
    int half = channels / 2;
    float[] frequencies = new float[half];
    for (int i = 0; i < half; i++) {
      float exponent = (float) -StrictMath.log(MAX_PERIOD) * i / (float) (half - freqShift);
      frequencies[i] = (float) StrictMath.exp(exponent);
    }
    return frequencies;
  }
}
