package io.diffusion4j.serving.jobs;

import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.v1.Finished;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.ImageFailure;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.Started;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.diffusion4j.serving.v1.Usage;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a job, as those are told who wait for it. Who comes late is told what happened so
 * far. It ends once; what comes after that is told to nobody. Thread-safe.
 */
final class JobStory {
  private final String requestId;

  // Guarded by this.
  private final JobObservers observers;
  private final List<GeneratedImage> images = new ArrayList<>();
  private final List<ImageFailure> failures = new ArrayList<>();
  private @Nullable StatusRuntimeException failure; // the last
  private @Nullable StreamGenerateImagesResponse started;
  private @Nullable StreamGenerateImagesResponse progress;
  private @Nullable StreamGenerateImagesResponse finished;
  private volatile @Nullable StatusRuntimeException error; // read by others too

  /** Makes the usage of so many images, of which so many were refused. */
  @FunctionalInterface
  interface Used {
    Usage of(int images, int refused);
  }

  /** Nothing has happened yet, and nobody waits. */
  JobStory(String requestId) {
    this.requestId = requestId;
    this.observers = new JobObservers(requestId);
  }

  /**
   * Tells the observer what happened so far, and from now on what happens. What it throws is thrown
   * on; it is attached nevertheless.
   */
  synchronized void attach(JobObserver observer, StreamGenerateImagesResponse accepted) {
    if (!hasEnded()) {
      observers.add(observer);
    }
    observer.event(accepted);
    if (started != null) {
      observer.event(started);
    }
    images.forEach(observer::image);
    if (finished != null) {
      observer.event(finished);
    } else if (error != null) {
      observer.failed(error);
    } else if (progress != null) {
      observer.event(progress);
    }
  }

  /** The observer has left. */
  synchronized boolean detach(JobObserver observer) {
    if (observers.remove(observer) && observers.isEmpty() && !hasEnded()) {
      stop(Errors.cancelled());
      return true;
    }
    return false;
  }

  /** Ends it with this error, unless it has ended. */
  synchronized void stop(StatusRuntimeException reason) {
    if (!hasEnded()) {
      error = reason;
      observers.fail(reason);
    }
  }

  /** Whether it was stopped; nobody wants what has not been drawn yet. */
  boolean isStopped() {
    return error != null;
  }

  synchronized void started(Started event) {
    var begun = StreamGenerateImagesResponse.newBuilder().setStarted(event).build();
    started = begun;
    tell(observer -> observer.event(begun));
  }

  /** Returns whether anybody wants previews now. */
  synchronized boolean progress(Progress event) {
    var now = StreamGenerateImagesResponse.newBuilder().setProgress(event).build();
    progress = now;
    tell(observer -> observer.event(now));
    boolean[] wanted = {false};
    tell(observer -> wanted[0] |= observer.wantsPreview());
    return wanted[0];
  }

  synchronized void previews(List<Preview> previews) {
    for (Preview preview : previews) {
      var event = StreamGenerateImagesResponse.newBuilder().setPreview(preview).build();
      tell(observer -> observer.event(event));
    }
  }

  synchronized void image(GeneratedImage image) {
    if (error == null) {
      images.add(image);
      tell(observer -> observer.image(image));
    }
  }

  /** Images that there are not going to be; the others may still come. */
  synchronized void failed(List<Integer> indices, StatusRuntimeException reason) {
    failure = reason;
    var status = StatusProto.fromThrowable(reason);
    for (int index : indices) {
      failures.add(ImageFailure.newBuilder().setImageIndex(index).setError(status).build());
    }
  }

  /** There is nothing left to draw. If no image was drawn, that is a failure. */
  synchronized void end(Used usage) {
    if (images.isEmpty() && failure != null) {
      stop(failure);
    }
    if (!hasEnded()) {
      int refused = (int) images.stream().filter(i -> i.getMetadata().hasRefusal()).count();
      var used = usage.of(images.size(), refused);
      var end = Finished.newBuilder().setUsage(used).addAllFailures(failures);
      finished = StreamGenerateImagesResponse.newBuilder().setFinished(end).build();
      observers.finish(finished);
    }
  }

  /** Whether it ended, well or not. */
  synchronized boolean hasEnded() {
    return finished != null || error != null;
  }

  /** Whether it ended, and not well. */
  synchronized boolean hasFailed() {
    return error != null;
  }

  /** Whether it ended well. */
  synchronized boolean hasFinished() {
    return finished != null;
  }

  /** The size of the images so far. */
  synchronized long bytes() {
    return images.stream().mapToLong(GeneratedImage::getSerializedSize).sum();
  }

  /** Notifies all observers; a job is stopped when its last observer fails. */
  private void tell(Consumer<JobObserver> event) {
    observers
        .tell(event)
        .filter(fault -> observers.isEmpty() && !hasEnded())
        .ifPresent(fault -> stop(Errors.failed(fault, requestId)));
  }
}
