package io.diffusion4j.serving;

import com.google.protobuf.util.Durations;
import io.diffusion4j.diffusion.SamplingListener;
import io.diffusion4j.serving.ServingListener.BatchEnd;
import io.diffusion4j.serving.v1.Accepted;
import io.diffusion4j.serving.v1.Finished;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.ImageFailure;
import io.diffusion4j.serving.v1.Plan;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.Started;
import io.diffusion4j.serving.v1.Usage;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * A request on its way: drawn batch by batch by the workers, watched by those who asked for it.
 *
 * <p>Whoever attaches late is told what happened so far. When the last observer leaves, the job
 * stops before its next step.
 */
final class Job {
  private static final Logger LOG = LoggerFactory.getLogger(Job.class);

  private final GenerateImagesRequest asked;
  private final ResolvedRequest request;
  private final Pace pace;
  private final ServingListener listener;
  private final long submitted = System.nanoTime();
  private final StageClock clock = new StageClock();

  /** The next image to draw; the scheduler hands it from worker to worker. */
  private int next;

  private volatile boolean begun;
  private volatile boolean stopped;

  // What follows is guarded by this.
  private final JobObservers observers;
  private final List<GeneratedImage> images = new ArrayList<>();
  private final List<ImageFailure> failures = new ArrayList<>();
  private @Nullable StatusRuntimeException failure; // the last
  private long begunAt;
  private @Nullable Started started;
  private @Nullable Progress progress;
  private @Nullable Finished finished;
  private @Nullable StatusRuntimeException error;

  /**
   * A job that waits to be drawn.
   *
   * @param asked the request as it came, by which a repeat is known
   */
  Job(GenerateImagesRequest asked, ResolvedRequest request, Pace pace, ServingListener listener) {
    this.asked = asked;
    this.request = request;
    this.pace = pace;
    this.listener = listener;
    this.observers = new JobObservers(request.id());
  }

  /** What the request comes to. */
  static Plan plan(ResolvedRequest request, Pace pace) {
    Plan.Builder plan =
        Plan.newBuilder().setRequest(request.request()).setImageSteps(request.imageSteps());
    pace.usual(request.card().name(), request.imageStepsByStage())
        .ifPresent(time -> plan.setEstimatedTime(Durations.fromNanos(time.toNanos())));
    return plan.build();
  }

  /** The least time all of it can take, if that is known. */
  Optional<Duration> leastTime() {
    return pace.best(request.card().name(), request.imageStepsByStage());
  }

  /**
   * The least time its next batch can take; nothing if that is not known. Asked under the queue's
   * lock, under which {@code next} moves on.
   */
  Duration leastTimeOfBatch() {
    int images = Math.min(request.card().batchSize(), request.imageCount() - next);
    return leastTime()
        .map(all -> all.multipliedBy(images).dividedBy(request.imageCount()))
        .orElse(Duration.ZERO);
  }

  /** Whether this is the job of that request. */
  boolean answers(GenerateImagesRequest other) {
    return asked.equals(other);
  }

  /** Its place among jobs that wait: the higher goes first. */
  int rank() {
    return request.request().getPriority().getNumber();
  }

  boolean hasBegun() {
    return begun;
  }

  /** Whether it ended, and not well. */
  synchronized boolean hasFailed() {
    return error != null;
  }

  /** Whether it ended well. */
  synchronized boolean hasFinished() {
    return finished != null;
  }

  /** The size of what it holds: the request as it came and as resolved, and the images so far. */
  synchronized long bytes() {
    long requests = (long) asked.getSerializedSize() + request.request().getSerializedSize();
    return requests + images.stream().mapToLong(GeneratedImage::getSerializedSize).sum();
  }

  /**
   * Tells the observer what happened so far, and from now on what happens. What it throws is thrown
   * on; it is attached nevertheless.
   */
  synchronized void attach(JobObserver observer, int queuePosition) {
    if (!hasEnded()) {
      observers.add(observer);
    }
    observer.accepted(
        Accepted.newBuilder()
            .setRequestId(request.id())
            .setPlan(plan(request, pace))
            .setQueuePosition(queuePosition)
            .addAllWarnings(request.warnings())
            .build());
    if (started != null) {
      observer.started(started);
    }
    images.forEach(observer::image);
    if (finished != null) {
      observer.finished(finished);
    } else if (error != null) {
      observer.failed(error);
    } else if (progress != null) {
      observer.progress(progress);
    }
  }

  /**
   * The observer has left.
   *
   * @return whether nobody is left and the job was stopped for it
   */
  synchronized boolean detach(JobObserver observer) {
    if (observers.remove(observer) && observers.isEmpty() && !hasEnded()) {
      stop(Errors.cancelled());
      return true;
    }
    return false;
  }

  /** Ends the job with this error, unless it has ended; drawing stops before its next step. */
  synchronized void stop(StatusRuntimeException reason) {
    if (!hasEnded()) {
      stopped = true;
      error = reason;
      observers.fail(reason);
    }
  }

  /**
   * Draws the next batch.
   *
   * @return whether there are more to draw
   */
  boolean drawBatch() {
    try {
      return drawNext();
    } catch (Throwable e) { // whatever it was, the thread has other requests to draw
      LOG.atError().addKeyValue("request_id", request.id()).setCause(e).log("request failed");
      stop(Errors.failed(e, request.id()));
      return false;
    }
  }

  private boolean drawNext() {
    if (!begin()) {
      return false;
    }
    int from = next;
    next = Math.min(from + request.card().batchSize(), request.imageCount());
    Batch batch = new Batch(request, from, next);
    listener.batchBegan(request.card().name(), batch.size());
    BatchEnd end = BatchEnd.FAILED;
    MDC.put("request_id", request.id());
    try {
      end = draw(batch);
    } finally {
      MDC.remove("request_id");
      listener.batchEnded(request.card().name(), batch.size(), end);
    }
    return next == request.imageCount() ? end() : !stopped;
  }

  private BatchEnd draw(Batch batch) {
    try {
      batch.draw(progress -> step(batch, progress)).forEach(this::drawn);
      return BatchEnd.DRAWN;
    } catch (CancellationException e) {
      if (stopped) {
        return BatchEnd.STOPPED;
      }
      failed(batch, e);
    } catch (Throwable e) { // whatever a model does wrong, other requests are not to suffer
      failed(batch, e);
    }
    return BatchEnd.FAILED;
  }

  private synchronized boolean begin() {
    if (!stopped && started == null) {
      begun = true;
      begunAt = System.nanoTime();
      listener.requestBegan(Duration.ofNanos(begunAt - submitted));
      started = Started.newBuilder().setQueueTime(Durations.fromNanos(begunAt - submitted)).build();
      Started event = started;
      tell(observer -> observer.started(event));
    }
    return !stopped;
  }

  private void step(Batch batch, SamplingListener.Progress at) {
    if (stopped) {
      throw new CancellationException("the request was stopped");
    }
    clock
        .tick(batch, at, pace)
        .ifPresent(time -> listener.stepTaken(at.stage(), batch.size(), time));
    boolean wanted = reported(batch.progress(at, pace));
    if (batch.hasPreviews(at)) {
      if (wanted) {
        shown(batch.previews(at));
      } else {
        listener.previewsDropped(batch.size());
      }
    }
    clock.resume();
  }

  /** Returns whether anybody wants previews now. */
  private synchronized boolean reported(Progress event) {
    progress = event;
    tell(observer -> observer.progress(event));
    boolean[] wanted = {false};
    tell(observer -> wanted[0] |= observer.wantsPreview());
    return wanted[0];
  }

  private synchronized void shown(List<Preview> previews) {
    previews.forEach(preview -> tell(observer -> observer.preview(preview)));
  }

  private synchronized void drawn(GeneratedImage image) {
    if (!stopped) {
      images.add(image);
      tell(observer -> observer.image(image));
    }
  }

  private synchronized void failed(Batch batch, Throwable cause) {
    LOG.atError()
        .addKeyValue("images", batch.indices())
        .setCause(cause)
        .log("images failed"); // the id of the request is in the context of the log
    failure = Errors.failed(cause, request.id());
    var status = StatusProto.fromThrowable(failure);
    for (int index : batch.indices()) {
      failures.add(ImageFailure.newBuilder().setImageIndex(index).setError(status).build());
    }
  }

  private synchronized boolean end() {
    if (stopped) {
      return false;
    }
    if (images.isEmpty() && failure != null) {
      stop(failure);
      return false;
    }
    long imageSteps = request.imageSteps() / request.imageCount() * images.size();
    finished =
        Finished.newBuilder()
            .setUsage(
                Usage.newBuilder()
                    .setQueueTime(Durations.fromNanos(begunAt - submitted))
                    .setRunTime(Durations.fromNanos(System.nanoTime() - begunAt))
                    .setImageSteps(imageSteps)
                    .setImages(images.size())
                    .addAllStages(clock.usage()))
            .addAllFailures(failures)
            .build();
    observers.finish(finished);
    return false;
  }

  /** Whether it ended, well or not. */
  synchronized boolean hasEnded() {
    return finished != null || error != null;
  }

  /** Tells all observers; a job whose last one fails is stopped. */
  private void tell(Consumer<JobObserver> event) {
    observers
        .tell(event)
        .filter(fault -> observers.isEmpty() && !hasEnded())
        .ifPresent(fault -> stop(Errors.failed(fault, request.id())));
  }
}
