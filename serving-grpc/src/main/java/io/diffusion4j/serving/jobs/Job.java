package io.diffusion4j.serving.jobs;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.observability.RequestSpans;
import io.diffusion4j.serving.observability.ServingListener;
import io.diffusion4j.serving.observability.ServingListener.BatchEnd;
import io.diffusion4j.serving.request.ImageFile;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * An admitted request. The workers draw it batch by batch, and its observers receive the events.
 * When the last observer leaves, the job stops before its next step.
 */
final class Job implements Work {
  private static final Logger LOG = LoggerFactory.getLogger(Job.class);

  private static final int OVERHEAD_BYTES = 4 << 10;

  private final String owner;
  private final ResolvedRequest request;
  private final Pace pace;
  private final ServingListener listener;
  private final RequestSpans spans;
  private final JobEventLog story;
  private final long submitted = System.nanoTime();

  // Used by one worker at a time; the scheduler passes them on.
  private final StageClock clock = new StageClock();
  private long begunAt;

  /** The index of the next image to draw, from 0. */
  private volatile int next;

  private volatile boolean begun;

  /** Creates a job that has not begun. Its time in the queue counts from now. */
  Job(
      String owner,
      ResolvedRequest request,
      Pace pace,
      ServingListener listener,
      RequestSpans spans) {
    this.owner = owner;
    this.request = request;
    this.pace = pace;
    this.listener = listener;
    this.spans = spans;
    this.story = new JobEventLog(request.id());
  }

  /** Returns the event {@code Accepted} of a request, with its estimated time. */
  static JobEvent accepted(
      ResolvedRequest request, Pace pace, int queuePosition, Optional<Duration> backlog) {
    var estimate = pace.estimate(request.card().name(), request.imageStepsByStage());
    return new JobEvent.Accepted(request, estimate, queuePosition, backlog);
  }

  /** Returns the shortest possible time of the job; empty before its stages were measured. */
  Optional<Duration> leastTime() {
    return pace.best(request.card().name(), request.imageStepsByStage());
  }

  @Override
  public Duration leastTime(int images) {
    return pace.least(request.card().name(), request.imageStepsByStage())
        .map(all -> all.multipliedBy(images).dividedBy(request.imageCount()))
        .orElse(Duration.ZERO);
  }

  @Override
  public String owner() {
    return owner;
  }

  @Override
  public ImagePipeline model() {
    return request.model();
  }

  @Override
  public double cost(int images) {
    return request.cost() / request.imageCount() * images;
  }

  @Override
  public int mostAtOnce() {
    return request.card().limits().atOnce();
  }

  @Override
  public int piecesLeft() {
    return request.imageCount() - next;
  }

  /** Returns whether a request is a repeat of this job's request. */
  boolean answers(ResolvedRequest other) {
    return request.isRepeated(other);
  }

  @Override
  public int rank() {
    return request.rank();
  }

  @Override
  public boolean hasBegun() {
    return begun;
  }

  /** Returns the event log of the job. */
  JobEventLog story() {
    return story;
  }

  /**
   * Returns the size in bytes of the job: the request as received and as resolved, with its decoded
   * images, the images so far, and the objects around them.
   */
  long bytes() {
    return requestBytes() + story.bytes();
  }

  private long requestBytes() {
    return OVERHEAD_BYTES + request.bytes();
  }

  /** Returns the size in bytes that the job can reach, including all of its images. */
  long mostBytes() {
    return Math.max(bytes(), requestBytes() + request.mostImageBytes());
  }

  /** Replays the events so far to the observer and adds it for the events to come. */
  synchronized void attach(JobObserver observer, int queuePosition, Optional<Duration> backlog) {
    story.attach(observer, accepted(request, pace, queuePosition, backlog));
  }

  @Override
  public void stop(StatusRuntimeException why) {
    story.stop(why);
  }

  @Override
  public boolean perform(int images, Runnable pause) {
    try {
      return drawNext(images, pause);
    } catch (Throwable e) { // the worker must survive for other requests
      LOG.atError().addKeyValue("request_id", request.id()).setCause(e).log("request failed");
      story.stop(Errors.failed(e, request.id()));
      return false;
    }
  }

  private boolean drawNext(int images, Runnable pause) {
    begin();
    if (story.isStopped()) {
      return false;
    }
    ImageRange batch = new ImageRange(request, next, next + images);
    next = batch.to();
    listener.batchBegan(request.card().name(), batch.size());
    BatchEnd end = BatchEnd.FAILED;
    MDC.put("request_id", request.id());
    try {
      end = draw(batch, pause);
    } finally {
      MDC.remove("request_id");
      listener.batchEnded(request.card().name(), batch.size(), end);
    }
    if (piecesLeft() == 0) {
      story.end(this::usage);
    }
    return !story.hasEnded();
  }

  private BatchEnd draw(ImageRange batch, Runnable pause) {
    try (var stages = spans.batch(batch.size(), request.words().isBlank() ? "inputs" : "text")) {
      try {
        batch
            .draw(
                progress -> {
                  stages.at(progress.stage(), progress.step(), progress.steps());
                  step(batch, progress, pause);
                },
                this::judged)
            .forEach(this::drawn);
        return BatchEnd.DRAWN;
      } catch (CancellationException e) {
        if (story.isStopped()) {
          return BatchEnd.STOPPED;
        }
        stages.failed(e);
        failed(batch, e);
      } catch (Throwable e) { // a fault of one model must not affect other requests
        stages.failed(e);
        failed(batch, e);
      }
      return BatchEnd.FAILED;
    }
  }

  /** Begins the job. Synchronized with {@link #attach}, so that no observer misses the start. */
  private synchronized void begin() {
    if (!begun && !story.isStopped()) {
      begun = true;
      begunAt = System.nanoTime();
      Duration waited = Duration.ofNanos(begunAt - submitted);
      listener.requestBegan(waited);
      spans.begun();
      story.started(new JobEvent.Started(waited));
    }
  }

  private void step(ImageRange batch, SamplingListener.Progress at, Runnable pause) {
    if (story.isStopped()) {
      throw new CancellationException("the request was stopped");
    }
    clock
        .tick(batch, at, pace)
        .ifPresent(time -> listener.stepTaken(at.stage(), batch.size(), time));
    boolean wanted = story.progress(batch.progress(at, pace));
    if (batch.hasPreviews(at)) {
      if (wanted) {
        story.previews(batch.previews(at));
      } else {
        listener.previewsDropped(batch.size());
      }
    }
    pause.run();
    if (story.isStopped()) {
      throw new CancellationException("the request was stopped");
    }
    clock.resume(batch, at.stage(), pace);
  }

  private void judged(String filter, int images, Duration time) {
    clock.judged(time);
    listener.filtered(filter, images, time);
  }

  private void drawn(ImageFile image) {
    image.refusal().ifPresent(refusal -> refused(image.index(), refusal));
    story.image(image);
  }

  private void refused(int image, ImageFile.Refusal refusal) {
    LOG.atInfo()
        .addKeyValue("image", image)
        .addKeyValue("filter", refusal.filter())
        .addKeyValue("concept", refusal.concept())
        .log("image refused: {}", refusal.message());
    listener.imageRefused(request.card().name(), refusal.filter(), refusal.concept());
  }

  private void failed(ImageRange batch, Throwable cause) {
    LOG.atError()
        .addKeyValue("images", batch.indices())
        .setCause(cause)
        .log("images failed"); // the request id is in the MDC
    story.failed(batch.indices(), Errors.failed(cause, request.id()));
  }

  private JobEvent.Usage usage(int images, int refused) {
    return new JobEvent.Usage(
        Duration.ofNanos(begunAt - submitted),
        Duration.ofNanos(System.nanoTime() - begunAt),
        request.imageSteps() / request.imageCount() * images,
        images,
        refused,
        clock.usage(),
        clock.judging());
  }
}
