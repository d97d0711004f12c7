package io.diffusion4j.cli.serve;

import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.diffusion4j.jobs.JobStore;
import io.diffusion4j.jobs.JobsModule;
import io.diffusion4j.jobs.Webhooks;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerConfig.JobSettings;
import java.io.IOException;
import java.util.Optional;

/** The store of jobs of a server, if it has one. It is closed after the server. */
record ServedJobs(Optional<JobStore> store, Webhooks webhooks) implements AutoCloseable {
  /**
   * Opens the store.
   *
   * @throws IllegalArgumentException if it, or the secret of webhooks, cannot be used
   */
  static ServedJobs open(ServerConfig config) throws IOException {
    if (config.jobs().isEmpty()) {
      return new ServedJobs(Optional.empty(), Webhooks.none());
    }
    JobSettings jobs = config.jobs().get();
    Webhooks webhooks =
        jobs.webhookSecret().isPresent()
            ? Webhooks.read(jobs.webhookSecret().get(), jobs.privateWebhooks())
            : Webhooks.none();
    var store = JobStore.open(jobs.store(), jobs.keep(), config.limits().store());
    return new ServedJobs(Optional.of(store), webhooks);
  }

  /** Returns the service of jobs; empty without a store. */
  Module module() {
    return store.<Module>map(some -> new JobsModule(some, webhooks)).orElse(Modules.EMPTY_MODULE);
  }

  @Override
  public void close() {
    store.ifPresent(JobStore::close);
  }
}
