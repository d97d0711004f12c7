package io.diffusion4j.jobs;

import com.google.common.collect.Iterables;
import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import com.linecorp.armeria.common.RequestContext;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.grpc.BlockingWorkerPool;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.Rights;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.request.RequestResolver;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.diffusion4j.serving.v1.CancelGenerationJobRequest;
import io.diffusion4j.serving.v1.CreateGenerationJobRequest;
import io.diffusion4j.serving.v1.DeleteGenerationJobRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationJob;
import io.diffusion4j.serving.v1.GetGenerationJobRequest;
import io.diffusion4j.serving.v1.JobServiceGrpc;
import io.diffusion4j.serving.v1.ListGenerationJobsRequest;
import io.diffusion4j.serving.v1.ListGenerationJobsResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code diffusion4j.v1.JobService}: a caller sees the jobs of its principal only. */
final class JobGrpcService extends JobServiceGrpc.JobServiceImplBase {
  private static final int MAX_ON_A_PAGE = 100;

  /** The bytes of jobs after which a page ends; one job more can be on it. */
  private static final long MAX_PAGE_BYTES = 1L << 20;

  private static final int MAX_UNFINISHED = 1000;
  private static final Duration RETRY = Duration.ofSeconds(10);

  /**
   * Requests are resolved and stored by a few threads, as images are decoded and disks are slow.
   */
  private static final int THREADS = 2;

  private final JobStore store;
  private final JobRunner runner;
  private final RequestResolver resolver;
  private final JobRegistry registry;
  private final Rights rights;
  private final Webhooks webhooks;
  private final BlockingWorkerPool errands =
      new BlockingWorkerPool("jobs-calls", THREADS, MAX_UNFINISHED);

  JobGrpcService(
      JobStore store,
      JobRunner runner,
      RequestResolver resolver,
      JobRegistry registry,
      Rights rights,
      Webhooks webhooks) {
    this.store = store;
    this.runner = runner;
    this.resolver = resolver;
    this.registry = registry;
    this.rights = rights;
    this.webhooks = webhooks;
  }

  @Override
  public void createGenerationJob(
      CreateGenerationJobRequest request, StreamObserver<GenerationJob> response) {
    Principal owner = Callers.ofPresentCall();
    answer(response, () -> create(owner, request));
  }

  private GenerationJob create(Principal owner, CreateGenerationJobRequest request) {
    GenerateImagesRequest asked = request.getRequest();
    rights.requireModel(owner, asked.getModel());
    Rights.requirePriority(owner, asked);
    var violations = new Violations(field -> "request." + field);
    if (asked.getValidateOnly()) {
      violations.add("validate_only", true, "false: a job is drawn");
    }
    violations.throwIfAny();
    checkWebhook(request.getWebhookUrl());
    ResolvedRequest resolved = resolver.resolve(asked);
    var key = new JobKey(owner.name(), resolved.id());
    GenerateImagesRequest named = asked.toBuilder().setRequestId(resolved.id()).build();
    if (store.find(key).isEmpty()) {
      requireRoom(owner.name(), resolved.request());
    }
    boolean added =
        store.add(
            key, named, resolved.request(), owner.quota(), request.getWebhookUrl(), Instant.now());
    StoredJob job = require(key);
    if (!added
        && !(job.asked().equals(StoreTables.digest(named))
            && job.webhook().equals(request.getWebhookUrl()))) {
      throw Errors.REQUEST_ID_TAKEN.error(key.id());
    }
    runner.wake();
    return job.toMessage();
  }

  private void requireRoom(String owner, GenerateImagesRequest request) {
    if (store.unfinished(owner) >= MAX_UNFINISHED) {
      throw Errors.QUEUE_FULL.error(MAX_UNFINISHED, RETRY);
    }
    if (!store.fits(owner, request)) {
      int megabytes = (int) (store.limits().ownerBytes() >> 20);
      throw Errors.quotaExceeded(owner, "stored_megabytes", megabytes, RETRY);
    }
  }

  private void checkWebhook(String url) {
    if (!url.isEmpty()) {
      var violations = new Violations();
      try {
        webhooks.check(url);
      } catch (IllegalArgumentException e) {
        violations.add("webhook_url", e);
      }
      violations.throwIfAny();
    }
  }

  @Override
  public void getGenerationJob(
      GetGenerationJobRequest request, StreamObserver<GenerationJob> response) {
    JobKey key = key(request.getId());
    answer(response, () -> require(key).toMessage());
  }

  @Override
  public void listGenerationJobs(
      ListGenerationJobsRequest request, StreamObserver<ListGenerationJobsResponse> response) {
    String owner = Callers.ofPresentCall().name();
    answer(response, () -> list(owner, request));
  }

  private ListGenerationJobsResponse list(String owner, ListGenerationJobsRequest request) {
    var violations = new Violations();
    int size = request.getPageSize();
    if (size < 0 || size > MAX_ON_A_PAGE) {
      violations.add("page_size", size, "0 to " + MAX_ON_A_PAGE);
    }
    String token = request.getPageToken();
    boolean valid = token.matches("[0-9]{0,18}");
    if (!valid) {
      violations.add("page_token", Errors.quote(token), "the token of a page before");
    }
    violations.throwIfAny();
    int most = size == 0 ? MAX_ON_A_PAGE : size;
    long before = token.isEmpty() ? Long.MAX_VALUE : Long.parseLong(token);
    List<StoredJob> found = store.list(owner, before, most, MAX_PAGE_BYTES);
    var page = ListGenerationJobsResponse.newBuilder();
    found.forEach(job -> page.addJobs(job.toMessage()));
    if (!found.isEmpty()) {
      long last = Iterables.getLast(found).sequence();
      if (!store.list(owner, last, 1, 1).isEmpty()) {
        page.setNextPageToken(Long.toString(last));
      }
    }
    return page.build();
  }

  @Override
  public void cancelGenerationJob(
      CancelGenerationJobRequest request, StreamObserver<GenerationJob> response) {
    JobKey key = key(request.getId());
    answer(
        response,
        () -> {
          if (store.cancel(key, Instant.now())) {
            runner.stop(key);
            webhooks.wake();
          }
          return require(key).toMessage();
        });
  }

  @Override
  public void deleteGenerationJob(
      DeleteGenerationJobRequest request, StreamObserver<Empty> response) {
    JobKey key = key(request.getId());
    answer(
        response,
        () -> {
          if (!require(key).hasEnded()) {
            throw Status.FAILED_PRECONDITION
                .withDescription("job: " + key.id() + " has not ended (expected: cancel it first)")
                .asRuntimeException();
          }
          store.delete(key);
          return Empty.getDefaultInstance();
        });
  }

  private static JobKey key(String id) {
    return new JobKey(Callers.ofPresentCall().name(), id.toLowerCase(Locale.ROOT));
  }

  /** Returns a job of the caller; a job of another caller is reported as not found. */
  private StoredJob require(JobKey key) {
    Optional<StoredJob> job = store.find(key);
    if (job.isEmpty()) {
      throw notFound("job: " + Errors.quote(key.id()) + " (expected: the id of one of your jobs)");
    }
    if (job.get().expired()) {
      throw notFound("job: " + key.id() + " expired at " + job.get().expires().orElseThrow());
    }
    return job.get();
  }

  private static StatusRuntimeException notFound(String message) {
    return Status.NOT_FOUND.withDescription(message).asRuntimeException();
  }

  /** Answers a call. Until the client has read it, the response counts as memory for jobs. */
  private <T extends MessageLite> void answer(StreamObserver<T> response, Supplier<T> work) {
    String owner = Callers.ofPresentCall().name();
    RequestContext http = RequestContext.currentOrNull(); // none for clients in this process
    errands.execute(
        response,
        () -> {
          T message = read(work);
          if (http != null) {
            Runnable release = registry.hold(owner, message.getSerializedSize());
            var unused = http.log().whenComplete().thenRun(release);
          }
          response.onNext(message);
          response.onCompleted();
        });
  }

  private <T> T read(Supplier<T> work) {
    try {
      return work.get();
    } catch (JobStoreException e) {
      if (e.isFull()) {
        throw Errors.JOB_STORE_FULL.error(RETRY);
      }
      if (store.isClosed()) {
        throw Errors.SHUTTING_DOWN.error();
      }
      throw e;
    }
  }
}
