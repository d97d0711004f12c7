package io.diffusion4j.jobs;

import com.google.rpc.Code;
import com.google.rpc.Status;
import io.diffusion4j.jobs.JobStore.Waiting;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.UnaryCollector;
import io.diffusion4j.serving.jobs.JobObserver;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.request.RequestResolver;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
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
  private static final int MAX_AT_ONCE = 8;

  private static final Status UNKNOWN =
      Status.newBuilder().setCode(Code.UNKNOWN_VALUE).setMessage("no status").build();

  private final JobStore store;
  private final RequestResolver resolver;
  private final JobRegistry registry;
  private final Webhooks webhooks;
  private final Consumer<Boolean> healthy;
  private final StoreThread thread;
  private final Map<JobKey, JobObserver> running = new LinkedHashMap<>();

  /** The ends of running jobs that the store has not taken yet. */
  private final Map<JobKey, Runnable> ends = new LinkedHashMap<>();

  private final Map<String, Instant> deferred = new HashMap<>();
  private volatile Counts counts = Counts.NONE;

  /**
   * The numbers of a store, as of the last turn.
   *
   * @param bytes what all jobs count for
   * @param calls how many calls of webhooks are to be made
   * @param failing of how many of these an attempt has failed
   */
  record Counts(List<Waiting> waiting, long bytes, long calls, long failing) {
    private static final Counts NONE = new Counts(List.of(), 0, 0, 0);
  }

  /**
   * Creates a runner, not started yet.
   *
   * @param healthy receives at each turn whether the store has room
   */
  JobRunner(
      JobStore store,
      RequestResolver resolver,
      JobRegistry registry,
      Webhooks webhooks,
      Consumer<Boolean> healthy) {
    this.store = store;
    this.resolver = resolver;
    this.registry = registry;
    this.webhooks = webhooks;
    this.healthy = healthy;
    this.thread = new StoreThread("jobs", store, this::tick);
  }

  /** Starts, and runs until the store is closed. */
  void begin() {
    thread.begin();
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
          ends.remove(key);
          JobObserver observer = running.remove(key);
          if (observer != null) {
            registry.leave(principal(key.owner()), key.id(), observer);
          }
        });
  }

  /** Returns the numbers of the store. */
  Counts counts() {
    return counts;
  }

  private void tick() {
    boolean room = false;
    try {
      room = store.hasRoom();
      turn();
    } finally {
      healthy.accept(room && ends.isEmpty());
    }
    counts = new Counts(store.waiting(), store.bytes(), store.calls(0), store.calls(1));
  }

  private void turn() {
    Instant now = Instant.now();
    store.expire(now);
    deferred.values().removeIf(until -> until.isBefore(now));
    recordEnds();
    store.postponeExcept(running.keySet());
    while (running.size() < MAX_AT_ONCE) {
      Optional<JobKey> next =
          store.waiting().stream()
              .filter(Waiting::fits)
              .map(Waiting::oldest)
              .filter(key -> !deferred.containsKey(key.owner()))
              .min(Comparator.comparingLong(key -> runningOf(key.owner())));
      if (next.isEmpty()) {
        return;
      }
      start(next.get());
      recordEnds();
    }
  }

  private long runningOf(String owner) {
    return running.keySet().stream().filter(key -> key.owner().equals(owner)).count();
  }

  /** Records the ends of jobs; on a full disk those that fit, and the others at a later turn. */
  private void recordEnds() {
    List<JobStoreException> failures = new ArrayList<>();
    for (Map.Entry<JobKey, Runnable> end : List.copyOf(ends.entrySet())) {
      try {
        end.getValue().run();
        ends.remove(end.getKey());
        running.remove(end.getKey());
      } catch (JobStoreException e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
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
      GenerateImagesRequest request =
          job.get()
              .request()
              .orElseThrow(() -> Errors.MALFORMED_REQUEST.error("damaged in the store of jobs"));
      registry.join(owner, resolver.resolve(request), Optional.empty(), observer);
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
    Instant now = Instant.now();
    switch (io.grpc.Status.fromThrowable(error).getCode()) {
      case RESOURCE_EXHAUSTED, UNAVAILABLE -> { // not now, or in the next process
        deferred.put(key.owner(), now.plusMillis(StoreThread.PERIOD_MILLIS));
        ends.put(key, () -> store.postpone(key));
      }
      default -> {
        Status status = Optional.ofNullable(StatusProto.fromThrowable(error)).orElse(UNKNOWN);
        ends.put(key, () -> callIf(store.fail(key, status, now)));
      }
    }
  }

  private void callIf(boolean ended) {
    if (ended) {
      webhooks.wake();
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
      Instant now = Instant.now();
      end(() -> ends.put(key, () -> callIf(store.succeed(key, response, now))));
    }

    @Override
    public void onError(Throwable error) {
      end(() -> failed(key, error));
    }

    private void end(Runnable ended) {
      thread.execute(
          () -> {
            if (running.containsKey(key)) { // it was not cancelled
              ended.run();
              turn();
            }
          });
    }

    @Override
    public void onCompleted() {}
  }
}
