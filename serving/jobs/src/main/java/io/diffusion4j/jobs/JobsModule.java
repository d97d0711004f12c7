package io.diffusion4j.jobs;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.diffusion4j.jobs.JobRunner.Counts;
import io.diffusion4j.jobs.JobStore.Waiting;
import io.diffusion4j.serving.grpc.Rights;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.observability.LabelledGauge;
import io.diffusion4j.serving.observability.ServerGauge;
import io.diffusion4j.serving.request.RequestResolver;
import io.diffusion4j.serving.v1.JobServiceGrpc;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Adds {@code diffusion4j.v1.JobService} to a {@link io.diffusion4j.serving.ServingModule}, whose
 * models and queue it needs, and starts with the waiting jobs.
 */
public final class JobsModule extends AbstractModule {
  private final JobStore store;
  private final Webhooks webhooks;

  /**
   * Creates the module.
   *
   * @param store open until after the server is closed
   */
  public JobsModule(JobStore store, Webhooks webhooks) {
    this.store = store;
    this.webhooks = webhooks;
  }

  @Override
  protected void configure() {
    Provider<JobRunner> runner = getProvider(JobRunner.class);
    Supplier<Counts> counts = () -> runner.get().counts();
    Multibinder.newSetBinder(binder(), LabelledGauge.class)
        .addBinding()
        .toInstance(
            new LabelledGauge(
                "diffusion4j.waiting.jobs",
                "stored jobs that wait",
                "principal",
                () ->
                    counts.get().waiting().stream()
                        .collect(Collectors.toMap(jobs -> jobs.oldest().owner(), Waiting::count))));
    add(
        "waiting.jobs.age.seconds",
        "age of the oldest stored job that waits",
        () ->
            counts.get().waiting().stream()
                .mapToLong(jobs -> Duration.between(jobs.created(), Instant.now()).toSeconds())
                .max()
                .orElse(0));
    add("job.store.bytes", "bytes of stored jobs", () -> counts.get().bytes());
    long most = store.limits().bytes();
    add("job.store.bytes.most", "limit on the bytes of stored jobs", () -> most);
    add("due.webhooks", "calls to be made", () -> counts.get().calls());
    add(
        "failing.webhooks",
        "calls to be made again, as an attempt has failed",
        () -> counts.get().failing());
  }

  private void add(String name, String help, LongSupplier now) {
    Multibinder.newSetBinder(binder(), ServerGauge.class)
        .addBinding()
        .toInstance(new ServerGauge("diffusion4j." + name, help, now));
  }

  @Provides
  @Singleton
  JobRunner runner(RequestResolver resolver, JobRegistry registry, HealthStatusManager health) {
    return new JobRunner(
        store,
        resolver,
        registry,
        webhooks,
        room ->
            health.setStatus(
                JobServiceGrpc.SERVICE_NAME,
                room ? ServingStatus.SERVING : ServingStatus.NOT_SERVING));
  }

  @ProvidesIntoSet
  @Singleton
  BindableService service(
      JobRunner runner, RequestResolver resolver, JobRegistry registry, Rights rights) {
    runner.begin();
    return new JobGrpcService(store, runner, resolver, registry, rights, webhooks);
  }
}
