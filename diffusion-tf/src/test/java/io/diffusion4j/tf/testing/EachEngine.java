package io.diffusion4j.tf.testing;

import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Arguments of tests that all engines are to pass. */
public final class EachEngine {
  private EachEngine() {}

  /** Each case with each engine that runs here, in each precision that it runs well in. */
  public static Stream<Arguments> with(Stream<?> cases) {
    return cases.flatMap(
        one ->
            Engines.all().stream()
                .flatMap(
                    engine ->
                        Stream.of(Precision.values())
                            .filter(precision -> engine.unavailable(precision).isEmpty())
                            .map(precision -> Arguments.of(one, engine, precision))));
  }
}
