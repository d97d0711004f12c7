package io.diffusion4j.serving.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.diffusion4j.serving.jobs.JobEvent;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.diffusion4j.serving.v1.Accepted;
import io.diffusion4j.serving.v1.Finished;
import io.diffusion4j.serving.v1.ImageFailure;
import io.diffusion4j.serving.v1.Plan;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.StageUsage;
import io.diffusion4j.serving.v1.Started;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.diffusion4j.serving.v1.Usage;
import io.grpc.protobuf.StatusProto;

/** Events of jobs as messages of the contract. */
final class EventMessages {
  private EventMessages() {}

  static StreamGenerateImagesResponse of(JobEvent event) {
    var message = StreamGenerateImagesResponse.newBuilder();
    if (event instanceof JobEvent.Accepted accepted) {
      message.setAccepted(of(accepted));
    } else if (event instanceof JobEvent.Started started) {
      message.setStarted(Started.newBuilder().setQueueTime(of(started.queued())));
    } else if (event instanceof JobEvent.Progress progress) {
      message.setProgress(of(progress));
    } else if (event instanceof JobEvent.Preview preview) {
      message.setPreview(of(preview));
    } else if (event instanceof JobEvent.Finished finished) {
      message.setFinished(of(finished));
    }
    return message.build();
  }

  private static Accepted of(JobEvent.Accepted event) {
    ResolvedRequest request = event.request();
    Plan.Builder plan =
        Plan.newBuilder()
            .setRequest(request.request())
            .setImageSteps(request.imageSteps())
            .setCost(request.cost());
    event.estimate().ifPresent(time -> plan.setEstimatedTime(of(time)));
    var accepted =
        Accepted.newBuilder()
            .setRequestId(request.id())
            .setPlan(plan)
            .setQueuePosition(event.queuePosition())
            .addAllWarnings(request.warnings());
    event.backlog().ifPresent(time -> accepted.setBacklog(of(time)));
    return accepted.build();
  }

  private static Progress of(JobEvent.Progress event) {
    var progress =
        Progress.newBuilder()
            .setStage(event.stage())
            .setStep(event.step())
            .setSteps(event.steps())
            .addAllImageIndices(event.images())
            .setImageStepsDone(event.imageStepsDone())
            .setImageSteps(event.imageSteps());
    event.remaining().ifPresent(time -> progress.setRemaining(of(time)));
    return progress.build();
  }

  private static Preview of(JobEvent.Preview event) {
    return Preview.newBuilder()
        .setImageIndex(event.image())
        .setStage(event.stage())
        .setStep(event.step())
        .setWidth(event.width())
        .setHeight(event.height())
        .setMediaType("image/png")
        .setData(ByteString.copyFrom(event.png()))
        .build();
  }

  private static Finished of(JobEvent.Finished event) {
    var finished = Finished.newBuilder();
    event.usage().ifPresent(usage -> finished.setUsage(of(usage)));
    for (JobEvent.Failure failure : event.failures()) {
      finished.addFailures(
          ImageFailure.newBuilder()
              .setImageIndex(failure.image())
              .setError(StatusProto.fromThrowable(failure.error())));
    }
    return finished.build();
  }

  private static Usage of(JobEvent.Usage event) {
    var usage =
        Usage.newBuilder()
            .setQueueTime(of(event.queued()))
            .setRunTime(of(event.run()))
            .setImageSteps(event.imageSteps())
            .setImages(event.images())
            .setRefusedImages(event.refused());
    event.filters().ifPresent(time -> usage.setFilterTime(of(time)));
    event
        .stages()
        .forEach(
            (stage, time) ->
                usage.addStages(StageUsage.newBuilder().setStage(stage).setTime(of(time))));
    return usage.build();
  }

  private static Duration of(java.time.Duration time) {
    return Durations.fromNanos(time.toNanos());
  }
}
