package io.diffusion4j.serving.observability;

import com.linecorp.armeria.server.ServerBuilder;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;

/** The meters of Armeria itself, which this service does not publish. */
public final class ArmeriaMeters {
  private ArmeriaMeters() {}

  /** Gives a configuration of a server a registry of its own, which nothing reads. */
  public static void separate(ServerBuilder builder) {
    builder.meterRegistry(new CompositeMeterRegistry());
  }
}
