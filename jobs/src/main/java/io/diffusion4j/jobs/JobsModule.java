package io.diffusion4j.jobs;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.diffusion4j.serving.grpc.Rights;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.request.RequestResolver;
import io.grpc.BindableService;

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
    Multibinder.newSetBinder(binder(), BindableService.class);
  }

  @ProvidesIntoSet
  @Singleton
  BindableService service(RequestResolver resolver, JobRegistry registry, Rights rights) {
    var runner = new JobRunner(store, resolver, registry, webhooks);
    runner.begin();
    return new JobGrpcService(store, runner, resolver, rights, webhooks);
  }
}
