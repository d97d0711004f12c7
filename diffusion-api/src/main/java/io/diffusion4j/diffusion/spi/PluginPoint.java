package io.diffusion4j.diffusion.spi;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an interface whose implementations plugins add to training runs under names: {@code
 * MapBinder<String, DenoisingLoss>}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface PluginPoint {
  /** Returns the name of the option or technique whose value is the name of an implementation. */
  String value();

  /** Returns the contract of an implementation, in words. */
  String expected();
}
