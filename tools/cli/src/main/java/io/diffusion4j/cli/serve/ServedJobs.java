package io.diffusion4j.cli.serve;

import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.jobs.JobStore;
import io.diffusion4j.jobs.JobsModule;
import io.diffusion4j.jobs.Webhooks;
import io.diffusion4j.serving.config.StoreLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** The store of jobs of a server, if it has one. It is closed after the server. */
record ServedJobs(Optional<JobStore> store, Webhooks webhooks) implements AutoCloseable {
  private static final Duration KEPT = Duration.ofDays(1);

  /**
   * Opens the store.
   *
   * @throws IllegalArgumentException if it, or the secret of webhooks, cannot be used
   */
  static ServedJobs open(ServerFile.JobsEntry entry, StoreLimits limits) throws IOException {
    if (entry.store() == null) {
      Check.that(
          entry.equals(ServerFile.JobsEntry.NONE), "jobs.store", "none", "the file of the store");
      return new ServedJobs(Optional.empty(), Webhooks.none());
    }
    Webhooks webhooks =
        entry.webhookSecret() == null
            ? Webhooks.none()
            : Webhooks.read(entry.webhookSecret(), Boolean.TRUE.equals(entry.privateWebhooks()));
    Duration keep = entry.keepHours() == null ? KEPT : Duration.ofHours(entry.keepHours());
    return new ServedJobs(Optional.of(JobStore.open(entry.store(), keep, limits)), webhooks);
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
