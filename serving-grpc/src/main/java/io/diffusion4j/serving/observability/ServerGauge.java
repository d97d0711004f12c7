package io.diffusion4j.serving.observability;

import java.util.function.LongSupplier;

/**
 * A gauge that an application adds to the meters of a server. Its value is read at each scrape.
 *
 * @param name the name, as lower-case words separated by dots, such as {@code
 *     diffusion4j.live.tensors}
 * @param help the description shown with the metric
 * @param now returns the current value; called by several threads at once, and must not block
 */
public record ServerGauge(String name, String help, LongSupplier now) {
  /** Creates a gauge whose help is the words of its name. */
  public ServerGauge(String name, LongSupplier now) {
    this(name, name.replace('.', ' '), now);
  }
}
