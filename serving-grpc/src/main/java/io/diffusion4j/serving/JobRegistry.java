package io.diffusion4j.serving;

import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Plan;
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
 * <p>Jobs that ended well are remembered for some minutes, as long as their images are not too
 * many; others are forgotten.
 */
final class JobRegistry {
  private static final int MOST_JOBS = 1024;
  private static final long MOST_BYTES = 64L << 20;
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final JobScheduler scheduler;
  private final Pace pace = new Pace();
  private final Map<String, Entry> jobs = new LinkedHashMap<>(); // the oldest first

  private record Entry(Job job, long since) {}

  @Inject
  JobRegistry(JobScheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** What the request comes to. */
  Plan plan(ResolvedRequest request) {
    return Job.plan(request, pace);
  }

  /** The least time the work can take, if it is known. */
  Optional<Duration> leastTime(ResolvedRequest request) {
    return pace.best(request.card().name(), request.imageStepsByStage());
  }

  /**
   * Tells the observer of the job of this request, which is submitted if there is none yet.
   *
   * @param asked the request as it came
   * @throws io.grpc.StatusRuntimeException if the id is another request's, the queue is full or the
   *     server is shutting down
   */
  synchronized void join(
      GenerateImagesRequest asked, ResolvedRequest request, JobObserver observer) {
    forget();
    Entry known = jobs.get(request.id());
    if (known != null && !known.job().answers(asked)) {
      throw Errors.requestIdTaken(request.id());
    }
    Job job = known == null ? new Job(asked, request, pace) : known.job();
    synchronized (job) { // so that it does not begin before the observer can see it
      if (known == null) {
        scheduler.submit(job);
        jobs.put(request.id(), new Entry(job, System.nanoTime()));
      }
      job.attach(observer, scheduler.position(job));
    }
  }

  /** The observer has left its job; a job without any is stopped. */
  synchronized void leave(String requestId, JobObserver observer) { // not while another joins
    Entry entry = jobs.get(requestId);
    if (entry != null && entry.job().detach(observer)) {
      scheduler.remove(entry.job());
    }
  }

  /** How many jobs wait or run. */
  synchronized long unfinished() {
    return jobs.values().stream()
        .filter(entry -> !entry.job().hasFinished() && !entry.job().hasFailed())
        .count();
  }

  private void forget() {
    long now = System.nanoTime();
    jobs.values()
        .removeIf(
            entry ->
                entry.job().hasFailed()
                    || (entry.job().hasFinished() && now - entry.since() > LONGEST.toNanos()));
    long bytes = jobs.values().stream().mapToLong(entry -> entry.job().bytes()).sum();
    Iterator<Entry> oldest = jobs.values().iterator();
    while ((jobs.size() >= MOST_JOBS || bytes > MOST_BYTES) && oldest.hasNext()) {
      Job job = oldest.next().job();
      if (job.hasFinished()) {
        bytes -= job.bytes();
        oldest.remove();
      }
    }
  }
}
