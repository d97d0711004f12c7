package io.diffusion4j.it;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Tensor;
import java.util.SplittableRandom;

/** Inputs of any network, the same in every run. */
final class RandomInputs {
  private RandomInputs() {}

  static Batch of(Network network, int rows) {
    var random = new SplittableRandom(7);
    var batch = new Batch(rows);
    network
        .inputs()
        .forEach(
            (name, value) -> {
              int size = Math.toIntExact(rows * value.sampleSize());
              if (value.role() == Tensor.Role.INTEGERS) {
                batch.ints(name, random.ints(size, 0, 2).toArray());
                return;
              }
              float[] values = new float[size];
              for (int i = 0; i < size; i++) {
                values[i] =
                    name.equals("present") ? random.nextInt(2) : (float) random.nextGaussian();
              }
              batch.floats(name, values);
            });
    return batch;
  }
}
