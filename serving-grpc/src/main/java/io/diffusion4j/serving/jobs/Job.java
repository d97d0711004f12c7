package io.diffusion4j.serving.jobs;

import com.google.protobuf.util.Durations;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.events.ServingListener;
import io.diffusion4j.serving.events.ServingListener.BatchEnd;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.diffusion4j.serving.tracing.RequestSpans;
import io.diffusion4j.serving.v1.Accepted;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.ImageRefusal;
import io.diffusion4j.serving.v1.Plan;
import io.diffusion4j.serving.v1.Started;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.diffusion4j.serving.v1.Usage;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * A request on its way: drawn batch by batch by the workers, watched by those who asked for it.
 * When the last of them leaves, it stops before its next step.
 */
final class Job implements Work {
  private static final Logger LOG = LoggerFactory.getLogger(Job.class);

  private final String owner;
  private final GenerateImagesRequest asked;
  private final ResolvedRequest request;
  private final Pace pace;
  private final ServingListener listener;
  private final RequestSpans spans;
  private final JobStory story;
  private final long submitted = System.nanoTime();

  // The scheduler hands these from worker to worker.
  private final StageClock clock = new StageClock();
  private long begunAt;

  /** The next image to draw. */
  private volatile int next;

  private volatile boolean begun;

  /** A job that waits to be drawn. */
  Job(
      String owner,
      GenerateImagesRequest asked,
      ResolvedRequest request,
      Pace pace,
      ServingListener listener,
      RequestSpans spans) {
    this.owner = owner;
    this.asked = asked;
    this.request = request;
    this.pace = pace;
    this.listener = listener;
    this.spans = spans;
    this.story = new JobStory(request.id());
  }

  /** The event of a request that was admitted, with its plan. */
  static StreamGenerateImagesResponse accepted(
      ResolvedRequest request, Pace pace, int queuePosition, Optional<Duration> backlog) {
    var accepted =
        Accepted.newBuilder()
            .setRequestId(request.id())
            .setPlan(plan(request, pace))
            .setQueuePosition(queuePosition)
            .addAllWarnings(request.warnings());
    backlog.ifPresent(time -> accepted.setBacklog(Durations.fromNanos(time.toNanos())));
    return StreamGenerateImagesResponse.newBuilder().setAccepted(accepted).build();
  }

  private static Plan plan(ResolvedRequest request, Pace pace) {
    Plan.Builder plan =
        Plan.newBuilder()
            .setRequest(request.request())
            .setImageSteps(request.imageSteps())
            .setCost(request.cost());
    pace.usual(request.card().name(), request.imageStepsByStage())
        .ifPresent(time -> plan.setEstimatedTime(Durations.fromNanos(time.toNanos())));
    return plan.build();
  }

  /** The least time all of it can take, if that is known. */
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

  /** Whether this is the job of that request. */
  boolean answers(GenerateImagesRequest other) {
    return asked.equals(other);
  }

  @Override
  public int rank() {
    return request.request().getPriority().getNumber();
  }

  @Override
  public boolean hasBegun() {
    return begun;
  }

  /** What has become of it. */
  JobStory story() {
    return story;
  }

  /** The size of what it holds: the request as it came and as resolved, and the images so far. */
  long bytes() {
    return asked.getSerializedSize() + request.request().getSerializedSize() + story.bytes();
  }

  /** Tells the observer what happened so far, and from now on what happens. */
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
    } catch (Throwable e) { // whatever it was, the thread has other requests to draw
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
    Batch batch = new Batch(request, next, next + images);
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

  private BatchEnd draw(Batch batch, Runnable pause) {
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
      } catch (Throwable e) { // whatever a model does wrong, other requests are not to suffer
        stages.failed(e);
        failed(batch, e);
      }
      return BatchEnd.FAILED;
    }
  }

  /** Not while an observer attaches, which must see all events from the beginning. */
  private synchronized void begin() {
    if (!begun && !story.isStopped()) {
      begun = true;
      begunAt = System.nanoTime();
      Duration waited = Duration.ofNanos(begunAt - submitted);
      listener.requestBegan(waited);
      spans.begun();
      story.started(
          Started.newBuilder().setQueueTime(Durations.fromNanos(waited.toNanos())).build());
    }
  }

  private void step(Batch batch, SamplingListener.Progress at, Runnable pause) {
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

  private void drawn(GeneratedImage image) {
    ImageMetadata about = image.getMetadata();
    if (about.hasRefusal()) {
      ImageRefusal refusal = about.getRefusal();
      LOG.atInfo()
          .addKeyValue("image", about.getIndex())
          .addKeyValue("filter", refusal.getFilter())
          .addKeyValue("concept", refusal.getConcept())
          .log("image refused: {}", refusal.getMessage());
      listener.imageRefused(request.card().name(), refusal.getFilter(), refusal.getConcept());
    }
    story.image(image);
  }

  private void failed(Batch batch, Throwable cause) {
    LOG.atError()
        .addKeyValue("images", batch.indices())
        .setCause(cause)
        .log("images failed"); // the id of the request is in the context of the log
    story.failed(batch.indices(), Errors.failed(cause, request.id()));
  }

  private Usage usage(int images, int refused) {
    var usage = Usage.newBuilder();
    clock.judging().ifPresent(time -> usage.setFilterTime(Durations.fromNanos(time.toNanos())));
    return usage
        .setQueueTime(Durations.fromNanos(begunAt - submitted))
        .setRunTime(Durations.fromNanos(System.nanoTime() - begunAt))
        .setImageSteps(request.imageSteps() / request.imageCount() * images)
        .setImages(images)
        .setRefusedImages(refused)
        .addAllStages(clock.usage())
        .build();
  }
}
