package io.diffusion4j.jobs;

import com.google.rpc.Code;
import com.google.rpc.Status;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.UnaryCollector;
import io.diffusion4j.serving.jobs.JobObserver;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.request.RequestResolver;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes waiting jobs to the queue that all requests share, a few at a time, and records their
 * ends. One thread does all of it. A job that the queue does not admit, because of a quota or a
 * full queue, keeps waiting.
 */
final class JobRunner {
  private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);

  /**
   * The limit of jobs in the server's queue. More would only wait there, and lose their order in a
   * restart.
   */
  private static final int MOST_AT_ONCE = 8;

  private static final int LOOKED_AT = 1000;

  private static final Status UNKNOWN =
      Status.newBuilder().setCode(Code.UNKNOWN_VALUE).setMessage("no status").build();

  private final JobStore store;
  private final RequestResolver resolver;
  private final JobRegistry registry;
  private final Webhooks webhooks;
  private final StoreThread thread;
  private final Map<JobKey, JobObserver> running = new LinkedHashMap<>();
  private final Map<String, Instant> deferred = new HashMap<>();

  JobRunner(JobStore store, RequestResolver resolver, JobRegistry registry, Webhooks webhooks) {
    this.store = store;
    this.resolver = resolver;
    this.registry = registry;
    this.webhooks = webhooks;
    this.thread = new StoreThread("jobs", store);
  }

  /** Starts, and runs until the store is closed. */
  void begin() {
    thread.begin(this::turn, () -> {});
    webhooks.begin(store);
  }

  /** Looks for work now. */
  void wake() {
    thread.execute(this::turn);
  }

  /** Stops a job whose cancellation is recorded. */
  void stop(JobKey key) {
    thread.execute(
        () -> {
          JobObserver observer = running.remove(key);
          if (observer != null) {
            registry.leave(principal(key.owner()), key.id(), observer);
          }
        });
  }

  private void turn() {
    Instant now = Instant.now();
    store.expire(now);
    deferred.values().removeIf(until -> until.isBefore(now));
    List<JobKey> waiting = store.waiting(LOOKED_AT);
    while (running.size() < MOST_AT_ONCE) {
      Optional<JobKey> next =
          waiting.stream()
              .filter(key -> !running.containsKey(key) && !deferred.containsKey(key.owner()))
              .min(Comparator.comparingLong(key -> runningOf(key.owner())));
      if (next.isEmpty()) {
        return;
      }
      waiting = waiting.stream().filter(key -> !key.equals(next.get())).toList();
      start(next.get());
    }
  }

  private long runningOf(String owner) {
    return running.keySet().stream().filter(key -> key.owner().equals(owner)).count();
  }

  private void start(JobKey key) {
    Optional<StoredJob> job = store.find(key);
    if (job.isEmpty() || !store.begin(key)) {
      return; // it was cancelled
    }
    Principal owner = principal(key.owner()).withQuota(job.get().quota());
    var observer = new UnaryCollector(new End(key));
    running.put(key, observer);
    try {
      ResolvedRequest resolved = resolver.resolve(job.get().request());
      registry.join(owner, job.get().request(), resolved, Optional.empty(), observer);
    } catch (StatusRuntimeException e) {
      failed(key, e);
    } catch (RuntimeException e) { // whatever a request does wrong, other jobs go on
      String id = UUID.randomUUID().toString();
      LOG.error("{}: a job failed", id, e);
      failed(key, Errors.failed(e, id));
    }
  }

  /** Its rights were checked when the job was created. */
  private static Principal principal(String owner) {
    return new Principal(
        owner, Set.of(Role.GENERATE, Role.PRIORITY), Set.of(Principal.EVERY_MODEL), Quota.NONE);
  }

  private void failed(JobKey key, Throwable error) {
    running.remove(key);
    switch (io.grpc.Status.fromThrowable(error).getCode()) {
      case RESOURCE_EXHAUSTED, UNAVAILABLE -> { // not now, or in the next process
        store.postpone(key);
        deferred.put(key.owner(), Instant.now().plusMillis(StoreThread.PERIOD_MILLIS));
      }
      default -> {
        Status status = Optional.ofNullable(StatusProto.fromThrowable(error)).orElse(UNKNOWN);
        if (store.fail(key, status, Instant.now())) {
          webhooks.wake();
        }
      }
    }
  }

  /** The end of a job, which is recorded on the runner's thread, as observers must not block. */
  private final class End implements StreamObserver<GenerateImagesResponse> {
    private final JobKey key;

    End(JobKey key) {
      this.key = key;
    }

    @Override
    public void onNext(GenerateImagesResponse response) {
      thread.execute(
          () -> {
            running.remove(key);
            if (store.succeed(key, response, Instant.now())) {
              webhooks.wake();
            }
            turn();
          });
    }

    @Override
    public void onError(Throwable error) {
      thread.execute(() -> failed(key, error));
    }

    @Override
    public void onCompleted() {}
  }
}
