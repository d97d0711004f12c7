package io.diffusion4j.jobs;

import com.google.rpc.Status;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GenerationJob;
import io.diffusion4j.serving.v1.JobState;
import java.time.Instant;
import java.util.Optional;

/**
 * A job as the store keeps it; what is damaged there is empty here.
 *
 * @param sequence its number, in the order of creation
 * @param asked the digest of the request as it came, with its id
 * @param request the request with its defaults, which is drawn
 * @param quota the quota of the owner at creation, which it is drawn under
 * @param webhook the address that is called at its end; empty for none
 * @param expired whether its request and result were deleted
 */
record StoredJob(
    JobKey key,
    long sequence,
    JobState state,
    String asked,
    Optional<GenerateImagesRequest> request,
    Quota quota,
    String webhook,
    Instant created,
    Optional<Instant> ended,
    Optional<Instant> expires,
    Optional<GenerateImagesResponse> response,
    Optional<Status> error,
    boolean expired) {
  boolean hasEnded() {
    return ended.isPresent();
  }

  /** Returns the job as the contract describes it. */
  GenerationJob toMessage() {
    var job =
        GenerationJob.newBuilder()
            .setId(key.id())
            .setState(state)
            .setCreateTime(Times.of(created))
            .setWebhookUrl(webhook);
    request.ifPresent(job::setRequest);
    ended.ifPresent(time -> job.setEndTime(Times.of(time)));
    expires.ifPresent(time -> job.setExpireTime(Times.of(time)));
    response.ifPresent(job::setResponse);
    error.ifPresent(job::setError);
    return job.build();
  }
}
