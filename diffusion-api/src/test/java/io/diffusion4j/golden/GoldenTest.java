package io.diffusion4j.golden;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A test of every case of a kind in the {@linkplain GoldenRoots#current() current roots}.
 *
 * <p>The method takes a {@link GoldenCase}. It is skipped if the roots have no case of this kind.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Tag("golden")
@ParameterizedTest(name = "{0}")
@ArgumentsSource(GoldenCases.class)
@ExtendWith(GoldenCases.class)
public @interface GoldenTest {
  /** Which cases. */
  GoldenKind value();
}
