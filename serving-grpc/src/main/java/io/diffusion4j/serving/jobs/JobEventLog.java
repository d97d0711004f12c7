package io.diffusion4j.serving.jobs;

import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.request.ImageFile;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The event log of a job; late observers get a replay. It ends once, and later events are dropped.
 * Thread-safe.
 */
final class JobEventLog {
  private final String requestId;

  // Guarded by this.
  private final JobObservers observers;
  private final List<ImageFile> images = new ArrayList<>();
  private final List<JobEvent.Failure> failures = new ArrayList<>();
  private @Nullable StatusRuntimeException failure; // the last one
  private @Nullable JobEvent started;
  private @Nullable JobEvent progress;
  private @Nullable JobEvent finished;
  private long finishedAt; // by System.nanoTime, once finished
  private volatile @Nullable StatusRuntimeException error; // also read without the lock

  /** Returns the usage for the numbers of drawn and of rejected images. */
  @FunctionalInterface
  interface Used {
    JobEvent.Usage of(int images, int refused);
  }

  /** Creates an empty log without observers. */
  JobEventLog(String requestId) {
    this.requestId = requestId;
    this.observers = new JobObservers(requestId);
  }

  /**
   * Replays the events so far to the observer and adds it for the events to come. The observer
   * stays attached even if it throws, in which case its exception is rethrown.
   *
   * @param accepted the first event for this observer
   */
  synchronized void attach(JobObserver observer, JobEvent accepted) {
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

  /** Removes an observer. Stops the job and returns true if it was the last one. */
  synchronized boolean detach(JobObserver observer) {
    if (observers.remove(observer) && observers.isEmpty() && !hasEnded()) {
      stop(Errors.CANCELLED.error());
      return true;
    }
    return false;
  }

  /** Ends the job with an error, unless it has ended. */
  synchronized void stop(StatusRuntimeException reason) {
    if (!hasEnded()) {
      error = reason;
      observers.fail(reason);
    }
  }

  /** Returns whether the job was stopped, so that its remaining images need not be drawn. */
  boolean isStopped() {
    return error != null;
  }

  synchronized void started(JobEvent.Started event) {
    started = event;
    inform(observer -> observer.event(event));
  }

  /** Notifies the observers and returns whether one of them requests previews now. */
  synchronized boolean progress(JobEvent.Progress event) {
    progress = event;
    inform(observer -> observer.event(event));
    boolean[] wanted = {false};
    inform(observer -> wanted[0] |= observer.wantsPreview());
    return wanted[0];
  }

  synchronized void previews(List<JobEvent.Preview> previews) {
    for (JobEvent preview : previews) {
      inform(observer -> observer.event(preview));
    }
  }

  synchronized void image(ImageFile image) {
    if (error == null) {
      images.add(image);
      inform(observer -> observer.image(image));
    }
  }

  /** Records images that could not be drawn; other images may follow. */
  synchronized void failed(List<Integer> indices, StatusRuntimeException reason) {
    failure = reason;
    for (int index : indices) {
      failures.add(new JobEvent.Failure(index, reason));
    }
  }

  /** Ends the job after its last batch. The job fails if no image was drawn. */
  synchronized void end(Used usage) {
    if (images.isEmpty() && failure != null) {
      stop(failure);
    }
    if (!hasEnded()) {
      int refused = (int) images.stream().filter(image -> image.refusal().isPresent()).count();
      var used = usage.of(images.size(), refused);
      finished = new JobEvent.Finished(Optional.of(used), List.copyOf(failures));
      finishedAt = System.nanoTime();
      observers.finish(finished);
    }
  }

  /** Returns whether the job finished or failed. */
  synchronized boolean hasEnded() {
    return finished != null || error != null;
  }

  /** Returns whether the job failed. */
  synchronized boolean hasFailed() {
    return error != null;
  }

  /** Returns whether the job finished. */
  synchronized boolean hasFinished() {
    return finished != null;
  }

  /**
   * Returns whether the job finished more than this time ago.
   *
   * @param now the present by {@link System#nanoTime}
   */
  synchronized boolean hasFinishedBefore(Duration time, long now) {
    return finished != null && now - finishedAt > time.toNanos();
  }

  /** Returns the size of the images so far, in bytes. */
  synchronized long bytes() {
    return images.stream().mapToLong(ImageFile::bytes).sum();
  }

  /** Notifies all observers; a job is stopped when its last observer fails. */
  private void inform(Consumer<JobObserver> event) {
    observers
        .inform(event)
        .filter(fault -> observers.isEmpty() && !hasEnded())
        .ifPresent(fault -> stop(Errors.failed(fault, requestId)));
  }
}
