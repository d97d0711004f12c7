package io.diffusion4j.serving.jobs;

import com.google.common.base.Ascii;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.config.Limits;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.observability.RequestSpans;
import io.diffusion4j.serving.observability.ServingListener;
import io.diffusion4j.serving.observability.Tracing;
import io.diffusion4j.serving.request.ResolvedRequest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs by request id. The request id is an idempotency key: a client that lost its connection
 * repeats the request and joins the job, which is not drawn again. Thread-safe.
 *
 * <p>An id belongs to the principal that used it. Other principals can use the same id; they
 * neither see the job nor learn that it exists.
 *
 * <p>Finished jobs are kept for 10 minutes. Beyond 1024 jobs or 64 MiB, the oldest finished jobs
 * are dropped. Failed jobs are not kept.
 *
 * <p>The memory of all jobs is bounded by {@link Limits#jobBytes}. Unfinished jobs count by the
 * size that they can reach, finished jobs by their size; finished jobs give way. The last eighth is
 * reserved for principals without unfinished jobs, so that one principal cannot use up the memory.
 * A job that is larger than the bound is admitted when it is the only unfinished one.
 */
public final class JobRegistry {
  private static final int MAX_FINISHED = 1024;
  private static final long MAX_FINISHED_BYTES = 64L << 20;
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final JobScheduler scheduler;
  private final Pace pace = new Pace();
  private final Quotas quotas = new Quotas(Quotas.Kind.IMAGES, System::nanoTime);
  private final Quotas costs = new Quotas(Quotas.Kind.COST, System::nanoTime);
  private final double mostCost;
  private final long mostBytes;
  private final ServingListener listener;
  private final Tracing tracing;
  private final Map<Key, Job> jobs = new LinkedHashMap<>(); // in order of admission
  private final UnreadResponses unread;

  private record Key(String principal, String requestId) {}

  @Inject
  JobRegistry(
      JobScheduler scheduler, ServingListener listener, Tracing tracing, ServerConfig config) {
    this.tracing = tracing;
    this.mostCost = config.limits().requestCost();
    this.mostBytes = config.limits().jobBytes();
    this.unread = new UnreadResponses(mostBytes);
    this.scheduler = scheduler;
    this.listener = listener;
  }

  /**
   * Sends the plan of a request to the observer, without drawing it.
   *
   * @throws io.grpc.StatusRuntimeException if the request costs too much
   */
  public void plan(ResolvedRequest request, JobObserver observer) {
    requireBearable(request);
    observer.event(Job.accepted(request, pace, 0, scheduler.backlog()));
    observer.event(new JobEvent.Finished(Optional.empty(), List.of()));
  }

  /**
   * Returns normally if the quota of the owner and the queue would admit a request now. Called
   * before images of the request are decoded, which takes time. A repeated request is always
   * admitted.
   *
   * @param images the number of requested images
   * @throws io.grpc.StatusRuntimeException if the request would be rejected
   */
  public synchronized void requireRoom(Principal owner, String requestId, int images) {
    if (!jobs.containsKey(new Key(owner.name(), Ascii.toLowerCase(requestId)))) {
      quotas.check(owner, images, unfinished(owner));
      costs.check(owner, 0);
      requireMemory(owner, 0);
      scheduler.requireRoom(owner.name());
    }
  }

  /** Returns normally if a job of this size fits beside the unfinished jobs. */
  private void requireMemory(Principal owner, long bytes) {
    long reserved = unread.bytes();
    boolean alone = true;
    boolean first = true;
    for (Map.Entry<Key, Job> entry : jobs.entrySet()) {
      if (!entry.getValue().story().hasEnded()) {
        reserved += entry.getValue().mostBytes();
        alone = false;
        first &= !entry.getKey().principal().equals(owner.name());
      }
    }
    if (!alone && reserved + bytes > (first ? mostBytes : mostBytes - mostBytes / 8)) {
      throw Errors.SERVER_BUSY.error(mostBytes);
    }
  }

  /**
   * Attaches the observer to the job of a request. The job is submitted if it does not exist yet.
   *
   * @param owner the caller
   * @param request the request with its defaults
   * @param timeLeft the time until the deadline of the call; empty if it has none
   * @throws io.grpc.StatusRuntimeException if another request has the id, the request costs too
   *     much, the deadline is too soon, the quota of the owner is used up, the queue is full, or
   *     the server is shutting down
   */
  public synchronized void join(
      Principal owner, ResolvedRequest request, Optional<Duration> timeLeft, JobObserver observer) {
    forget();
    Key key = new Key(owner.name(), request.id());
    Job known = jobs.get(key);
    if (known != null && !known.answers(request)) {
      throw Errors.REQUEST_ID_TAKEN.error(request.id());
    }
    Job job = known == null ? job(owner, request) : known;
    synchronized (job) { // the job must not begin before the observer is attached
      if (known == null) {
        requireBearable(request);
        timeLeft.ifPresent(left -> refuseIfTooLittle(left, job));
        quotas.check(owner, request.imageCount(), unfinished(owner));
        costs.check(owner, request.cost());
        requireMemory(owner, job.mostBytes());
        scheduler.submit(job);
        quotas.charge(owner, request.imageCount());
        costs.charge(owner, request.cost());
        listener.admitted(owner.name(), request.cost());
        jobs.put(key, job);
        forget();
      }
      try {
        if (known != null) {
          observer.onRepeat();
        }
        job.attach(observer, scheduler.position(job), scheduler.backlog());
      } catch (RuntimeException | Error e) {
        leave(owner, request.id(), observer);
        throw e;
      }
    }
  }

  private Job job(Principal owner, ResolvedRequest request) {
    RequestSpans spans = tracing.request(request.id(), request.card().name());
    return new Job(owner.name(), request, pace, listener, spans);
  }

  private void requireBearable(ResolvedRequest request) {
    if (request.cost() > mostCost) {
      throw Errors.COST_TOO_HIGH.error(Math.round(request.cost()), Math.round(mostCost));
    }
  }

  private void refuseIfTooLittle(Duration left, Job job) {
    Optional<Duration> least = job.leastTime().map(scheduler.leastDelay(job)::plus);
    if (least.isPresent() && left.compareTo(least.get()) < 0) {
      throw Errors.DEADLINE_TOO_SOON.error(left, least.get());
    }
  }

  /** Detaches an observer. A job without observers is stopped. */
  public synchronized void leave(
      Principal owner, String requestId, JobObserver observer) { // excludes a concurrent join
    Job job = jobs.get(new Key(owner.name(), requestId));
    if (job != null && job.story().detach(observer)) {
      scheduler.remove(job);
      listener.requestCancelled();
    }
  }

  /**
   * Counts a response in memory until its client has read it. One principal has at most an eighth
   * of the memory for jobs, and all of them a half, of which a half is for a principal's first
   * response. A response that is larger is sent when it is the only one.
   *
   * @param owner the name of the principal
   * @return to be run once the client has read the response, or has left
   * @throws io.grpc.StatusRuntimeException if it does not fit
   */
  public Runnable hold(String owner, long bytes) {
    return unread.hold(owner, bytes);
  }

  /**
   * Returns the bytes that jobs hold, or can reach if they are unfinished, and those of unread
   * responses.
   */
  public synchronized long bytes() {
    return unread.bytes()
        + jobs.values().stream()
            .filter(job -> !job.story().hasFailed())
            .mapToLong(job -> job.story().hasFinished() ? job.bytes() : job.mostBytes())
            .sum();
  }

  /** Returns the number of jobs that wait or run. */
  public synchronized long unfinished() {
    return jobs.values().stream().filter(job -> !job.story().hasEnded()).count();
  }

  private long unfinished(Principal owner) {
    return jobs.entrySet().stream()
        .filter(job -> job.getKey().principal().equals(owner.name()))
        .filter(job -> !job.getValue().story().hasEnded())
        .count();
  }

  /** Drops failed and old jobs, and the oldest finished jobs beyond the limits. */
  private void forget() {
    long now = System.nanoTime();
    jobs.values()
        .removeIf(job -> job.story().hasFailed() || job.story().hasFinishedBefore(LONGEST, now));
    long finished = 0;
    long finishedBytes = 0;
    long reserved = 0;
    for (Job job : jobs.values()) {
      if (job.story().hasFinished()) {
        finished++;
        finishedBytes += job.bytes();
      } else {
        reserved += job.mostBytes();
      }
    }
    Iterator<Job> oldest = jobs.values().iterator();
    while ((finished > MAX_FINISHED
            || finishedBytes > Math.min(MAX_FINISHED_BYTES, mostBytes - reserved))
        && oldest.hasNext()) {
      Job job = oldest.next();
      if (job.story().hasFinished()) {
        finished--;
        finishedBytes -= job.bytes();
        oldest.remove();
      }
    }
  }
}
