package io.diffusion4j.diffusion.noise;

/**
 * Gaussian noise that is addressed, not consumed: the same stage and step always give the same
 * numbers, whatever was drawn before. A sample is therefore the same alone and in a batch.
 */
public interface NoiseSource {
  /** The step of the initial x_T; the steps of a plan count from 0. */
  int INITIAL = -1;

  /**
   * Returns standard normal noise of one sample.
   *
   * @param stage the stage's name, such as {@code prior}, {@code decoder} or {@code super_res}
   * @param step {@link #INITIAL}, or the step of the plan
   * @param size how many values
   * @return a new array
   */
  float[] gaussian(String stage, int step, int size);

  /**
   * Returns an independent source for one of several candidates for the same sample.
   *
   * @param index of the candidate; 0 is this source itself, so the first candidate equals the
   *     sample drawn without candidates
   */
  default NoiseSource candidate(int index) {
    return index == 0
        ? this
        : (stage, step, size) -> gaussian(stage + "/candidate-" + index, step, size);
  }
}
