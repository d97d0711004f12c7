package io.diffusion4j.serving;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerTls;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.metrics.LabelledLevel;
import io.diffusion4j.serving.metrics.Level;
import jakarta.inject.Provider;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** A Guice module with the {@link Level}s of a server: its limits and their current use. */
final class LevelsModule extends AbstractModule {
  private final ServerConfig config;

  LevelsModule(ServerConfig config) {
    this.config = config;
  }

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), LabelledLevel.class);
    var levels = Multibinder.newSetBinder(binder(), Level.class);
    long most = config.limits().bodyBytes();
    levels
        .addBinding()
        .toInstance(
            new Level(
                "diffusion4j.body.bytes.most",
                "limit on the bytes of request bodies in memory",
                () -> most));
    long mostOfJobs = config.limits().jobBytes();
    levels
        .addBinding()
        .toInstance(
            new Level(
                "diffusion4j.job.bytes.most",
                "limit on the bytes of jobs in memory",
                () -> mostOfJobs));
    int rows = config.rows();
    levels
        .addBinding()
        .toInstance(
            new Level(
                "diffusion4j.rows", "largest number of images drawn at the same time", () -> rows));
    config
        .tls()
        .ifPresent(
            tls ->
                levels
                    .addBinding()
                    .toInstance(
                        new Level(
                            "diffusion4j.certificate.days",
                            "days until the certificate expires; below 0 after expiry",
                            () -> daysLeft(tls))));
  }

  /**
   * Returns the whole days until the certificate in the file expires, −1 or less afterwards; 0 if
   * it cannot be read.
   */
  private static long daysLeft(ServerTls tls) {
    try {
      Duration left = Duration.between(Instant.now(), tls.expires());
      return left.isNegative() ? Math.min(-1, left.toDays()) : left.toDays();
    } catch (IOException | IllegalArgumentException e) {
      return 0;
    }
  }

  @ProvidesIntoSet
  static Level bodies(Provider<DiffusionServer> server) {
    return new Level(
        "diffusion4j.body.bytes",
        "bytes of request bodies in memory",
        () -> server.get().bodyBytes());
  }

  @ProvidesIntoSet
  static Level jobs(Provider<JobRegistry> jobs) {
    return new Level(
        "diffusion4j.job.bytes",
        "bytes that jobs hold, or can reach if they are unfinished",
        () -> jobs.get().bytes());
  }

  @ProvidesIntoSet
  static Level connections(Provider<DiffusionServer> server) {
    return new Level(
        "diffusion4j.connections", "open connections", () -> server.get().connections());
  }
}
