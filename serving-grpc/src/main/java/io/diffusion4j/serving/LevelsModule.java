package io.diffusion4j.serving;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.metrics.Level;
import io.diffusion4j.serving.tls.ServerTls;
import jakarta.inject.Provider;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** The set of {@link Level}s, with those of a server itself: how much it can, has and holds. */
final class LevelsModule extends AbstractModule {
  private final ServerConfig config;

  LevelsModule(ServerConfig config) {
    this.config = config;
  }

  @Override
  protected void configure() {
    var levels = Multibinder.newSetBinder(binder(), Level.class);
    long most = config.limits().bodyBytes();
    levels
        .addBinding()
        .toInstance(
            new Level(
                "diffusion4j.body.bytes.most",
                "bytes of request bodies that may be held",
                () -> most));
    int rows = config.rows();
    levels
        .addBinding()
        .toInstance(new Level("diffusion4j.rows", "images that can be drawn at once", () -> rows));
    config
        .reach()
        .tls()
        .ifPresent(
            tls ->
                levels
                    .addBinding()
                    .toInstance(
                        new Level(
                            "diffusion4j.certificate.days",
                            "days for which the certificate is good; below 0 if it expired",
                            () -> daysLeft(tls))));
  }

  /** As of the file that connections are made with; 0 if it cannot be read any more. */
  private static long daysLeft(ServerTls tls) {
    try {
      return Duration.between(Instant.now(), tls.expires()).toDays();
    } catch (IOException | IllegalArgumentException e) {
      return 0;
    }
  }

  @ProvidesIntoSet
  static Level bodies(Provider<DiffusionServer> server) {
    return new Level(
        "diffusion4j.body.bytes",
        "bytes of request bodies that are held",
        () -> server.get().bodyBytes());
  }

  @ProvidesIntoSet
  static Level connections(Provider<DiffusionServer> server) {
    return new Level(
        "diffusion4j.connections", "clients that are connected", () -> server.get().connections());
  }
}
