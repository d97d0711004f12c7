package io.diffusion4j.serving.jobs;

import com.google.common.base.Ascii;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.events.Listeners;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.diffusion4j.serving.tracing.RequestSpans;
import io.diffusion4j.serving.tracing.Tracing;
import io.diffusion4j.serving.v1.Finished;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs by their request ids, so that a client who lost its connection can ask again without
 * having it drawn again.
 *
 * <p>An id belongs to the principal who used it. For others the id is free: they neither see the
 * job nor learn that it exists.
 *
 * <p>Jobs that ended well are remembered for some minutes, as long as their images are not too
 * many; others are forgotten.
 */
public final class JobRegistry {
  private static final int MOST_JOBS = 1024;
  private static final long MOST_BYTES = 64L << 20;
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final JobScheduler scheduler;
  private final Pace pace = new Pace();
  private final Quotas quotas = new Quotas(Quotas.Kind.IMAGES, System::nanoTime);
  private final Quotas costs = new Quotas(Quotas.Kind.COST, System::nanoTime);
  private final double mostCost;
  private final Listeners listeners;
  private final Tracing tracing;
  private final Map<Key, Entry> jobs = new LinkedHashMap<>(); // the oldest first

  private record Key(String principal, String requestId) {}

  private record Entry(Job job, long since) {}

  @Inject
  JobRegistry(JobScheduler scheduler, Listeners listeners, Tracing tracing, ServerConfig config) {
    this.tracing = tracing;
    this.mostCost = config.limits().requestCost();
    this.scheduler = scheduler;
    this.listeners = listeners;
  }

  /** Answers a request that is not to be drawn, with its plan. */
  public void plan(ResolvedRequest request, JobObserver observer) {
    requireBearable(request);
    observer.event(Job.accepted(request, pace, 0, scheduler.backlog()));
    var finished = Finished.getDefaultInstance();
    observer.event(StreamGenerateImagesResponse.newBuilder().setFinished(finished).build());
  }

  /**
   * Returns normally if a request would be admitted now, by the quota of its owner and by the
   * queue; so it is before anything is done for it that takes long. A repeat of a request always
   * is.
   *
   * @param images how many are asked for
   * @throws io.grpc.StatusRuntimeException if it would not
   */
  public synchronized void requireRoom(Principal owner, String requestId, int images) {
    if (!jobs.containsKey(new Key(owner.name(), Ascii.toLowerCase(requestId)))) {
      quotas.check(owner, images, unfinished(owner));
      costs.check(owner, 0);
      scheduler.requireRoom(owner.name());
    }
  }

  /**
   * Tells the observer of the job of this request, which is submitted if there is none yet.
   *
   * @param owner who asks
   * @param came the request as it came
   * @param timeLeft until nobody waits for it any more; empty if that is not known
   * @throws io.grpc.StatusRuntimeException if the id is another request's, it costs too much, the
   *     time left is too little, the quota of the owner is used up, the queue is full or the server
   *     is shutting down
   */
  public synchronized void join(
      Principal owner,
      GenerateImagesRequest came,
      ResolvedRequest request,
      Optional<Duration> timeLeft,
      JobObserver observer) {
    forget();
    // The same request, in however large letters its id is.
    GenerateImagesRequest asked = came.toBuilder().setRequestId(request.id()).build();
    Key key = new Key(owner.name(), request.id());
    Entry known = jobs.get(key);
    if (known != null && !known.job().answers(asked)) {
      throw Errors.requestIdTaken(request.id());
    }
    Job job = known == null ? job(owner, asked, request) : known.job();
    synchronized (job) { // so that it does not begin before the observer can see it
      if (known == null) {
        requireBearable(request);
        timeLeft.ifPresent(left -> refuseIfTooLittle(left, job));
        quotas.check(owner, request.imageCount(), unfinished(owner));
        costs.check(owner, request.cost());
        scheduler.submit(job);
        quotas.charge(owner, request.imageCount());
        costs.charge(owner, request.cost());
        listeners.admitted(owner.name(), request.cost());
        jobs.put(key, new Entry(job, System.nanoTime()));
      }
      try {
        job.attach(observer, scheduler.position(job), scheduler.backlog());
      } catch (RuntimeException | Error e) {
        leave(owner, request.id(), observer);
        throw e;
      }
    }
  }

  private Job job(Principal owner, GenerateImagesRequest asked, ResolvedRequest request) {
    RequestSpans spans = tracing.request(request.id(), request.card().name());
    return new Job(owner.name(), asked, request, pace, listeners, spans);
  }

  private void requireBearable(ResolvedRequest request) {
    if (request.cost() > mostCost) {
      throw Errors.tooCostly(request.cost(), mostCost);
    }
  }

  private void refuseIfTooLittle(Duration left, Job job) {
    Optional<Duration> least = job.leastTime().map(scheduler.leastDelay(job)::plus);
    if (least.isPresent() && left.compareTo(least.get()) < 0) {
      throw Errors.deadlineTooSoon(least.get(), left);
    }
  }

  /** The observer has left its job; a job without any is stopped. */
  public synchronized void leave(
      Principal owner, String requestId, JobObserver observer) { // not while another joins
    Entry entry = jobs.get(new Key(owner.name(), requestId));
    if (entry != null && entry.job().story().detach(observer)) {
      scheduler.remove(entry.job());
      listeners.requestCancelled();
    }
  }

  /** How many jobs wait or run. */
  public synchronized long unfinished() {
    return jobs.values().stream().filter(entry -> !entry.job().story().hasEnded()).count();
  }

  private long unfinished(Principal owner) {
    return jobs.entrySet().stream()
        .filter(job -> job.getKey().principal().equals(owner.name()))
        .filter(job -> !job.getValue().job().story().hasEnded())
        .count();
  }

  private void forget() {
    long now = System.nanoTime();
    jobs.values()
        .removeIf(
            entry ->
                entry.job().story().hasFailed()
                    || (entry.job().story().hasFinished()
                        && now - entry.since() > LONGEST.toNanos()));
    long bytes = jobs.values().stream().mapToLong(entry -> entry.job().bytes()).sum();
    Iterator<Entry> oldest = jobs.values().iterator();
    while ((jobs.size() >= MOST_JOBS || bytes > MOST_BYTES) && oldest.hasNext()) {
      Job job = oldest.next().job();
      if (job.story().hasFinished()) {
        bytes -= job.bytes();
        oldest.remove();
      }
    }
  }
}
