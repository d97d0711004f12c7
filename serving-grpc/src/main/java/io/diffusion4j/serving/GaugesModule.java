package io.diffusion4j.serving;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerTls;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.observability.LabelledGauge;
import io.diffusion4j.serving.observability.ServerGauge;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/** A Guice module with the {@link ServerGauge}s of a server: its limits and their current use. */
final class GaugesModule extends AbstractModule {
  private final ServerConfig config;

  GaugesModule(ServerConfig config) {
    this.config = config;
  }

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), LabelledGauge.class);
    Provider<DiffusionServer> server = getProvider(DiffusionServer.class);
    Provider<JobRegistry> jobs = getProvider(JobRegistry.class);
    add("body.bytes", "bytes of request bodies in memory", () -> server.get().bodyBytes());
    long most = config.limits().bodyBytes();
    add("body.bytes.most", "limit on the bytes of request bodies in memory", () -> most);
    add(
        "job.bytes",
        "bytes that jobs hold, or can reach if they are unfinished",
        () -> jobs.get().bytes());
    long mostOfJobs = config.limits().jobBytes();
    add("job.bytes.most", "limit on the bytes of jobs in memory", () -> mostOfJobs);
    int rows = config.rows();
    add("rows", "largest number of images drawn at the same time", () -> rows);
    add("connections", "open connections", () -> server.get().connections());
    config
        .tls()
        .ifPresent(
            tls ->
                add(
                    "certificate.days",
                    "days until the certificate expires; below 0 after expiry",
                    () -> daysLeft(tls)));
  }

  private void add(String name, String help, LongSupplier now) {
    Multibinder.newSetBinder(binder(), ServerGauge.class)
        .addBinding()
        .toInstance(new ServerGauge("diffusion4j." + name, help, now));
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
}
