package io.diffusion4j.nn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongPredicate;

/**
 * The seeds of random networks: a few fixed ones, or for {@code -Drandom.seconds=N} as many as fit
 * from {@code -Drandom.seed} on, which is random without the property.
 */
public final class RandomSeeds {
  private static final System.Logger LOG = System.getLogger(RandomSeeds.class.getName());

  private RandomSeeds() {}

  /**
   * Tries a property on many seeds.
   *
   * @param few the number of fixed seeds
   * @param property fails, or returns whether the engine has the network; one is to be had at least
   */
  public static void each(int few, LongPredicate property) {
    long seconds = Long.getLong("random.seconds", 0);
    long end = System.nanoTime() + seconds * 1_000_000_000;
    long first =
        Long.getLong(
            "random.seed", seconds == 0 ? 0 : ThreadLocalRandom.current().nextInt(1_000_000_000));
    int had = 0;
    long seed = first;
    for (; seconds == 0 ? seed < first + few : System.nanoTime() < end; seed++) {
      had += property.test(seed) ? 1 : 0;
    }
    LOG.log(System.Logger.Level.DEBUG, "{0} of seeds {1} to {2}", had, first, seed - 1);
    assertThat(had).as("networks that the engine has, of %d", seed - first).isPositive();
  }
}
