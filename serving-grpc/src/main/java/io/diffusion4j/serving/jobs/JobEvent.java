package io.diffusion4j.serving.jobs;

import io.diffusion4j.serving.request.ResolvedRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An event of a job. Images are passed on separately, see {@link JobObserver#image}. */
public sealed interface JobEvent {
  /**
   * The request is valid and queued.
   *
   * @param estimate the mean time of its steps; empty before any was measured
   * @param queuePosition the number of requests ahead
   * @param backlog the estimated time until all queued and running work is done
   */
  record Accepted(
      ResolvedRequest request,
      Optional<Duration> estimate,
      int queuePosition,
      Optional<Duration> backlog)
      implements JobEvent {}

  /**
   * Work has begun.
   *
   * @param queued the time in the queue
   */
  record Started(Duration queued) implements JobEvent {}

  /**
   * A step was taken.
   *
   * @param images the indices of the images of the step
   * @param remaining the mean time of the steps that are left
   */
  record Progress(
      String stage,
      int step,
      int steps,
      List<Integer> images,
      long imageStepsDone,
      long imageSteps,
      Optional<Duration> remaining)
      implements JobEvent {}

  /**
   * An early version of an image.
   *
   * @param png its file
   */
  record Preview(int image, String stage, int step, int width, int height, byte[] png)
      implements JobEvent {}

  /**
   * All images were drawn, or have failed.
   *
   * @param usage empty if nothing was to be drawn
   */
  record Finished(Optional<Usage> usage, List<Failure> failures) implements JobEvent {}

  /** An image that could not be drawn. */
  record Failure(int image, StatusRuntimeException error) {}

  /**
   * The resources that a job has used.
   *
   * @param images the number of drawn images, refused ones included
   * @param refused the number of images that a filter refused
   * @param stages the time of each stage
   * @param filters the time of all filters; empty if none ran
   */
  record Usage(
      Duration queued,
      Duration run,
      long imageSteps,
      int images,
      int refused,
      Map<String, Duration> stages,
      Optional<Duration> filters) {}
}
