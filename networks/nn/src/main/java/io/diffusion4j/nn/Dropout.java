package io.diffusion4j.nn;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A dropout (Srivastava et al. 2014) in a network that is trained: an input of factors, 0 with
 * probability {@code rate} and 1/(1 − rate) otherwise, which the training fills. Only seed, step,
 * row and place decide them, so a resumed training, and one in several processes, has the same.
 *
 * @param rate in [0, 1)
 * @param place the path in the network
 */
public record Dropout(double rate, String place) {
  private static final String PREFIX = "dropout ";
  private static final String OF = " of ";

  public Dropout {
    Check.that(rate >= 0 && rate < 1, "dropout", rate, "in [0, 1)");
  }

  /** Returns the dropout whose factors an input has, if it is one. */
  public static Optional<Dropout> of(String input) {
    int end = input.indexOf(OF);
    return input.startsWith(PREFIX) && end > 0
        ? Optional.of(
            new Dropout(
                Double.parseDouble(input.substring(PREFIX.length(), end)),
                input.substring(end + OF.length())))
        : Optional.empty();
  }

  /** Returns the name of the input. */
  public String input() {
    return PREFIX + rate + OF + place;
  }

  /**
   * Returns the factors of some rows.
   *
   * @param first the number of the first row in the step
   * @param size the number of values of a row
   */
  public float[] factors(long seed, long step, long first, int rows, int size) {
    float[] factors = new float[rows * size];
    float kept = (float) (1 / (1 - rate));
    for (int row = 0; row < rows; row++) {
      var random = random(seed, place.hashCode(), step, first + row);
      for (int i = 0; i < size; i++) {
        factors[row * size + i] = random.nextDouble() < rate ? 0 : kept;
      }
    }
    return factors;
  }

  /** Hashes numbers one after the other, so that exchanging two gives another result. */
  private static SplittableRandom random(long... address) {
    long state = 0;
    for (long part : address) {
      state = new SplittableRandom(state ^ part).nextLong();
    }
    return new SplittableRandom(state);
  }
}
