package io.diffusion4j.client;

import io.diffusion4j.serving.v1.CancelGenerationJobRequest;
import io.diffusion4j.serving.v1.CreateGenerationJobRequest;
import io.diffusion4j.serving.v1.DeleteGenerationJobRequest;
import io.diffusion4j.serving.v1.GenerationJob;
import io.diffusion4j.serving.v1.GetGenerationJobRequest;
import io.diffusion4j.serving.v1.JobServiceGrpc;
import io.diffusion4j.serving.v1.JobServiceGrpc.JobServiceBlockingStub;
import io.diffusion4j.serving.v1.JobState;
import io.diffusion4j.serving.v1.ListGenerationJobsRequest;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Creates and reads jobs, which are drawn without a connection: see {@link GenerationClient#jobs}.
 *
 * <pre>{@code
 * var request = Requests.textToImage("a red apple").setRequestId(UUID.randomUUID().toString());
 * var asked = CreateGenerationJobRequest.newBuilder().setRequest(request).build();
 * GenerationJob job = client.jobs().create(asked);
 * GenerationJob ended = client.jobs().await(job.getId(), Duration.ofSeconds(1));
 * }</pre>
 *
 * <p>Thread-safe. Errors come as {@link GenerationException}.
 */
public final class JobClient {
  private static final Set<JobState> UNFINISHED =
      Set.of(JobState.JOB_STATE_WAITING, JobState.JOB_STATE_RUNNING);

  private final JobServiceBlockingStub stub;
  private final Function<StatusRuntimeException, GenerationException> explained;

  JobClient(Channel channel, Function<StatusRuntimeException, GenerationException> explained) {
    this.stub =
        JobServiceGrpc.newBlockingStub(channel).withMaxInboundMessageSize(Integer.MAX_VALUE);
    this.explained = explained;
  }

  /** Returns whether a job has succeeded, failed or been cancelled. */
  public static boolean hasEnded(GenerationJob job) {
    return !UNFINISHED.contains(job.getState());
  }

  /**
   * Creates a job, which is on the server's disk when this returns. With a {@code request_id}, a
   * repeat returns the same job.
   *
   * @throws GenerationException if the server refuses the request, fails or cannot be reached
   */
  public GenerationJob create(CreateGenerationJobRequest request) {
    return ask(() -> stub.createGenerationJob(request));
  }

  /**
   * Returns a job, with its images once it has succeeded.
   *
   * @throws GenerationException if there is none, or the server fails or cannot be reached
   */
  public GenerationJob get(String id) {
    return ask(() -> stub.getGenerationJob(GetGenerationJobRequest.newBuilder().setId(id).build()));
  }

  /**
   * Returns a job when it has ended.
   *
   * @param pause between two looks at it
   * @throws GenerationException if there is none, or the server fails or cannot be reached
   * @throws InterruptedException if the thread is interrupted
   */
  public GenerationJob await(String id, Duration pause) throws InterruptedException {
    GenerationJob job = get(id);
    while (!hasEnded(job)) {
      Thread.sleep(pause.toMillis());
      job = get(id);
    }
    return job;
  }

  /**
   * Returns all jobs without their images, the newest first.
   *
   * @throws GenerationException if the server fails or cannot be reached
   */
  public List<GenerationJob> list() {
    List<GenerationJob> all = new ArrayList<>();
    var request = ListGenerationJobsRequest.newBuilder();
    do {
      var page = ask(() -> stub.listGenerationJobs(request.build()));
      all.addAll(page.getJobsList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return all;
  }

  /**
   * Cancels a job, unless it has ended.
   *
   * @throws GenerationException if there is none, or the server fails or cannot be reached
   */
  public GenerationJob cancel(String id) {
    return ask(
        () -> stub.cancelGenerationJob(CancelGenerationJobRequest.newBuilder().setId(id).build()));
  }

  /**
   * Deletes a job that has ended.
   *
   * @throws GenerationException if there is none, it has not ended, or the server fails or cannot
   *     be reached
   */
  public void delete(String id) {
    var unused =
        ask(
            () ->
                stub.deleteGenerationJob(
                    DeleteGenerationJobRequest.newBuilder().setId(id).build()));
  }

  private <T> T ask(Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw explained.apply(e);
    }
  }
}
