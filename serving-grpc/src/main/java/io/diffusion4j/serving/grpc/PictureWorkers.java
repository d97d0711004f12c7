package io.diffusion4j.serving.grpc;

import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.jobs.JobRegistry;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The threads on which HTTP interfaces decode the pictures of requests and resize those of
 * responses. They are few, and not those that handle requests, so that large pictures delay no
 * other request. Thread-safe.
 */
public final class PictureWorkers {
  private static final int THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  /** The number of responses that can wait; their pictures are drawn, so few are refused. */
  private static final int MAX_RESPONSES = 4096;

  private final JobRegistry jobs;
  private final BlockingWorkerPool inputs;
  private final BlockingWorkerPool outputs =
      new BlockingWorkerPool("resize", THREADS, MAX_RESPONSES);

  @Inject
  PictureWorkers(JobRegistry jobs, ServerConfig config) {
    this.jobs = jobs;
    this.inputs = new BlockingWorkerPool("decode-http", THREADS, config.queueCapacity());
  }

  /**
   * Decodes pictures of a request that draws, if its caller may draw this many images now.
   *
   * @return the result of the work, which fails with {@code QUEUE_FULL} if the queue is full
   * @throws io.grpc.StatusRuntimeException if the caller lacks the role {@code generate}, or its
   *     quota or the queue would not admit the request
   */
  public <T> CompletableFuture<T> decode(Principal caller, int images, Supplier<T> work) {
    Rights.requireRole(caller, Role.GENERATE);
    jobs.requireRoom(caller, "", images);
    return inputs.submit(work);
  }

  /** Decodes a picture of a request that draws nothing, as {@link #decode} otherwise. */
  public <T> CompletableFuture<T> inspect(Supplier<T> work) {
    return inputs.submit(work);
  }

  /** Makes a part of a response: resizes, compresses or encodes its pictures. */
  public <T> CompletableFuture<T> respond(Supplier<T> work) {
    return outputs.submit(work);
  }

  /** Makes a response, as {@link #respond(Supplier)} does its parts, and completes it. */
  public <T> void respond(Supplier<T> work, CompletableFuture<T> response) {
    var unused =
        respond(work)
            .whenComplete(
                (done, error) -> {
                  if (error == null) {
                    response.complete(done);
                  } else {
                    response.completeExceptionally(error);
                  }
                });
  }
}
