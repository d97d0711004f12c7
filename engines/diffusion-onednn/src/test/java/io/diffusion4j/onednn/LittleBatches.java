package io.diffusion4j.onednn;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.util.SplittableRandom;

/** Random inputs of a {@link LittleUnet}; one token of each sample is hidden. */
final class LittleBatches {
  private LittleBatches() {}

  static Batch of(int rows, long seed) {
    var random = new SplittableRandom(seed);
    float[] present = gaussian(random, rows * LittleUnet.TOKENS);
    for (int i = 0; i < present.length; i++) {
      present[i] = i % LittleUnet.TOKENS == 1 ? 0 : 1;
    }
    return new Batch(rows)
        .floats(
            NetworkDenoiser.SAMPLE, gaussian(random, rows * LittleUnet.SIZE * LittleUnet.SIZE * 3))
        .floats(NetworkDenoiser.TIME, gaussian(random, rows * LittleUnet.TIME))
        .floats("context", gaussian(random, rows * LittleUnet.TOKENS * LittleUnet.CONTEXT))
        .floats("present", present);
  }

  static float[] gaussian(SplittableRandom random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
