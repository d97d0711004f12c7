package io.diffusion4j.nn.exact;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.RandomRunContract;
import io.diffusion4j.nn.engine.RunContract;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The promise of exact products, whatever computes them: the same bits everywhere. */
public interface ExactContract extends RunContract, RandomRunContract {
  @Override
  default Engine engine() {
    return new ExactEngine();
  }

  @Override
  default Precision format() {
    return Precision.EXACT;
  }

  @Override
  default double tolerance() {
    return 1e-3;
  }

  @Override
  default boolean keepsBitsOfRows() {
    return true;
  }

  @Override
  default Set<String> notRun() {
    return Set.of(
        "ABS of numbers",
        "EXP of numbers",
        "INVERSE_ROOT of numbers",
        "LOG of numbers",
        "LOG_SUM_EXP over an axis",
        "LOG_SUM_EXP over two axes",
        "MAXIMUM over an axis",
        "MAXIMUM over two axes",
        "MEAN over an axis",
        "MEAN over two axes",
        "NEGATE of numbers",
        "SIGMOID of numbers",
        "SINE of activations",
        "SINE of numbers",
        "SQUARE of numbers",
        "SUM over two axes",
        "a value without gradient",
        "probabilities",
        "products of all rows",
        "quotients",
        "selection",
        "tanh");
  }

  @ParameterizedTest(name = "{0} threads")
  @ValueSource(ints = {1, 2, 3})
  default void randomNetworksHaveTheBitsOfEveryMachine(int threads)
      throws NoSuchAlgorithmException {
    assertThat(KnownBits.drawn(threads)).isEqualTo(KnownBits.EVERYWHERE);
  }
}
