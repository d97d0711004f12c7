package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures a trainer on fixed batches of held-out samples.
 *
 * @param batches the batches of the training's batch size, of which the first are used
 * @param count the number of batches
 */
public record Validation(BatchSource batches, int count) {
  /** The prefix of the metrics' names. */
  public static final String PREFIX = "validation/";

  private static final int BUCKETS = 4;

  /** The number of timesteps in training runs of this project. */
  private static final int TIMESTEPS = 1000;

  public Validation {
    Check.that(count >= 1, "count", count, "≥ 1");
  }

  /**
   * Returns the loss, the objective's metrics, and the loss of the timesteps of each quarter, such
   * as {@code validation/loss t 250-499}.
   */
  public Map<String, Double> measure(Trainer trainer) {
    List<LossNetwork.Value> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(trainer.evaluate(batches.batch(i)));
    }
    var mean = LossNetwork.mean(values);
    Map<String, Double> numbers = new TreeMap<>();
    numbers.put(PREFIX + "loss", mean.loss());
    mean.metrics().forEach((name, value) -> numbers.put(PREFIX + name, value));
    addBuckets(mean.perTimestep(), numbers);
    return numbers;
  }

  private static void addBuckets(float[] perTimestep, Map<String, Double> numbers) {
    double[] sums = new double[BUCKETS];
    int[] counts = new int[BUCKETS];
    for (int i = 0; i < perTimestep.length; i += 2) {
      int bucket = (int) Math.min(BUCKETS - 1, perTimestep[i] * BUCKETS / TIMESTEPS);
      sums[bucket] += perTimestep[i + 1];
      counts[bucket]++;
    }
    for (int b = 0; b < BUCKETS; b++) {
      if (counts[b] > 0) {
        int from = b * TIMESTEPS / BUCKETS;
        int to = (b + 1) * TIMESTEPS / BUCKETS - 1;
        numbers.put(
            String.format(Locale.ROOT, "%sloss t %d-%d", PREFIX, from, to), sums[b] / counts[b]);
      }
    }
  }
}
