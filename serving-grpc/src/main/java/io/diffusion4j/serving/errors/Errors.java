package io.diffusion4j.serving.errors;

import com.google.common.base.Throwables;
import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.diffusion4j.diffusion.denoiser.NoMemoryException;
import io.diffusion4j.diffusion.filter.FilterException;
import io.diffusion4j.diffusion.pipeline.PluginException;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.auth.UnavailableAuthenticatorException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The errors that a client can receive. Each has a machine-readable reason ({@code
 * google.rpc.ErrorInfo}) and the details that help to correct the request.
 */
public final class Errors {
  /** The domain of all reasons. */
  static final String DOMAIN = "diffusion4j.io";

  /** The reason of {@link #tooLarge}. */
  public static final String REQUEST_TOO_LARGE = "REQUEST_TOO_LARGE";

  /** The reason of {@link #busy}. */
  public static final String SERVER_BUSY = "SERVER_BUSY";

  /** The reason of {@link #tooSlow}. */
  public static final String REQUEST_TOO_SLOW = "REQUEST_TOO_SLOW";

  private static final int LONGEST_QUOTE = 80;
  private static final int LONGEST_REASON = 300;

  /** The retry delay while models are being loaded. */
  private static final Duration LOADING = Duration.ofSeconds(1);

  /** The retry delay while this server is being replaced, or its identity provider is down. */
  private static final Duration DRAINING = Duration.ofSeconds(5);

  /** The retry delay while other requests hold the memory. */
  private static final Duration BUSY = Duration.ofSeconds(1);

  private Errors() {}

  /**
   * Reports the invalid fields of a request.
   *
   * @param violations the fields that the error lists
   * @param untold the number of further violations, which are only counted
   */
  static StatusRuntimeException invalidArgument(
      List<BadRequest.FieldViolation> violations, int untold) {
    String all =
        violations.stream()
            .map(violation -> violation.getField() + ": " + violation.getDescription())
            .collect(Collectors.joining("; "));
    return error(
        Code.INVALID_ARGUMENT,
        untold == 0 ? all : all + "; and " + untold + " more",
        info("INVALID_FIELDS", Map.of()),
        BadRequest.newBuilder().addAllFieldViolations(violations).build());
  }

  /**
   * Returns why a request cannot be parsed: the first line of the innermost message, shortened.
   * Messages of the exceptions around it would show class names.
   */
  public static String reason(Throwable failure) {
    String message = String.valueOf(Throwables.getRootCause(failure).getMessage());
    String line = message.lines().findFirst().orElse("");
    return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "…";
  }

  /**
   * Reports a request that cannot be parsed.
   *
   * @param what the part that cannot be parsed, and why
   */
  public static StatusRuntimeException malformed(String what) {
    return error(
        Code.INVALID_ARGUMENT,
        "request: " + what + " (expected: a message of the contract)",
        info("MALFORMED_REQUEST", Map.of()));
  }

  /** Reports a request that exceeds the size limit, in bytes. */
  public static StatusRuntimeException tooLarge(int mostBytes) {
    return error(
        Code.RESOURCE_EXHAUSTED,
        "request: too large (expected: at most " + mostBytes + " bytes)",
        info(REQUEST_TOO_LARGE, Map.of("most_bytes", Integer.toString(mostBytes))));
  }

  /** Refuses a request that does not fit in the memory for request bodies at the moment. */
  public static StatusRuntimeException busy(long mostBytes) {
    return error(
        Code.RESOURCE_EXHAUSTED,
        "the memory for requests is full (at most "
            + mostBytes
            + " bytes); try again in "
            + seconds(BUSY),
        info(SERVER_BUSY, Map.of("most_bytes", Long.toString(mostBytes))),
        retry(BUSY));
  }

  /**
   * Refuses a request whose cost exceeds the limit.
   *
   * @param cost the cost of the request, in megapixel steps
   * @param most the limit, in megapixel steps
   */
  public static StatusRuntimeException tooCostly(double cost, double most) {
    return error(
        Code.INVALID_ARGUMENT,
        "cost: "
            + Math.round(cost)
            + " megapixel steps (expected: at most "
            + Math.round(most)
            + "; fewer images, steps or repeats cost less)",
        info("COST_TOO_HIGH", Map.of("most_cost", Long.toString(Math.round(most)))));
  }

  /** Refuses an image with more pixels than the server ever has memory for. */
  public static StatusRuntimeException imageTooLarge(long pixels, long mostPixels) {
    return error(
        Code.RESOURCE_EXHAUSTED,
        "image: "
            + pixels
            + " pixels (expected: at most "
            + mostPixels
            + ", the limit of this server's memory)",
        info("OUT_OF_MEMORY", Map.of("most_pixels", Long.toString(mostPixels))));
  }

  /** Refuses a request because its address exceeds its rate limit. */
  public static StatusRuntimeException addressRateExceeded(Duration wait) {
    return error(
        Code.RESOURCE_EXHAUSTED,
        "too many requests from this address; try again in " + seconds(wait),
        info("ADDRESS_RATE_EXCEEDED", Map.of()),
        retry(wait));
  }

  /** Reports a request that was not received within the time limit. */
  public static StatusRuntimeException tooSlow(Duration longest) {
    return error(
        Code.DEADLINE_EXCEEDED,
        "request: incomplete after " + seconds(longest) + " (expected: complete by then)",
        info(REQUEST_TOO_SLOW, Map.of()));
  }

  /** Reports a model name that the server does not know. */
  public static StatusRuntimeException unknownModel(String field, String name, List<String> known) {
    return error(
        Code.NOT_FOUND,
        field + ": " + quote(name) + " (expected: one of " + String.join(", ", known) + ")",
        info("MODEL_NOT_FOUND", Map.of("known_models", String.join(",", known))));
  }

  /** Reports that a model was unloaded or replaced while a request for it was checked. */
  public static StatusRuntimeException modelUnloaded(String name) {
    return error(
        Code.UNAVAILABLE,
        "model: " + name + " (expected: one that is not being unloaded)",
        info("MODEL_UNLOADED", Map.of()),
        retry(BUSY));
  }

  /** Reports an image index that the model does not have. */
  public static StatusRuntimeException unknownIndex(String name, List<String> known) {
    String expected =
        known.isEmpty() ? "none; the model has no indices" : "one of " + String.join(", ", known);
    return error(
        Code.NOT_FOUND,
        "index: " + quote(name) + " (expected: " + expected + ")",
        info("INDEX_NOT_FOUND", Map.of("known_indices", String.join(",", known))));
  }

  /** Reports a task that the model does not support. */
  public static StatusRuntimeException unsupportedTask(
      String task, String model, List<String> supported) {
    String tasks = String.join(", ", supported);
    return error(
        Code.UNIMPLEMENTED,
        "task: " + task + " (expected: one of " + tasks + ", which is what " + model + " can do)",
        info("TASK_UNSUPPORTED", Map.of("supported_tasks", String.join(",", supported))));
  }

  /** Reports a method that the model does not support. */
  public static StatusRuntimeException unsupportedMethod(String method, String model) {
    return error(
        Code.UNIMPLEMENTED,
        method + ": " + model + " has no networks for it",
        info("METHOD_UNSUPPORTED", Map.of("method", method)));
  }

  /** Reports a request ID that another request already has. */
  public static StatusRuntimeException requestIdTaken(String id) {
    return error(
        Code.ALREADY_EXISTS,
        "request_id: " + id + " (expected: one that no other request uses)",
        info("REQUEST_ID_TAKEN", Map.of()));
  }

  /** Refuses a request because the queue is full. */
  public static StatusRuntimeException queueFull(int depth, Duration retry) {
    return error(
        Code.RESOURCE_EXHAUSTED,
        "the queue is full: " + depth + " requests are waiting; try again in " + seconds(retry),
        info("QUEUE_FULL", Map.of("depth", Integer.toString(depth))),
        retry(retry));
  }

  /** Refuses a job for which its store, or the disk, has no room. */
  public static StatusRuntimeException storeFull(Duration retry) {
    return error(
        Code.RESOURCE_EXHAUSTED,
        "the store of jobs is full; delete jobs, or try again in " + seconds(retry),
        info("JOB_STORE_FULL", Map.of()),
        retry(retry));
  }

  /** Refuses a request because the server is shutting down. */
  public static StatusRuntimeException draining() {
    return error(
        Code.UNAVAILABLE,
        "the server is shutting down",
        info("SHUTTING_DOWN", Map.of()),
        retry(DRAINING));
  }

  /** Refuses a request because the models are being loaded. */
  public static StatusRuntimeException loading() {
    return error(
        Code.UNAVAILABLE,
        "the server is loading its models",
        info("LOADING", Map.of()),
        retry(LOADING));
  }

  /** Refuses a request from a page of another origin. */
  public static StatusRuntimeException originNotAllowed(String origin) {
    return error(
        Code.PERMISSION_DENIED,
        "origin: " + quote(origin) + " (expected: this server's own, or an allowed one)",
        info("ORIGIN_NOT_ALLOWED", Map.of()));
  }

  /** Refuses a request that names another host. */
  public static StatusRuntimeException hostNotAllowed(String host) {
    return error(
        Code.PERMISSION_DENIED,
        "host: " + quote(host) + " (expected: a name of this server, see its setting hosts)",
        info("HOST_NOT_ALLOWED", Map.of()));
  }

  /** Reports that the request was cancelled. */
  public static StatusRuntimeException cancelled() {
    return error(Code.CANCELLED, "the request was cancelled", info("CANCELLED", Map.of()));
  }

  /** Reports that the client stopped reading, so that its buffered response was dropped. */
  public static StatusRuntimeException readerStalled(Duration stall) {
    return error(
        Code.RESOURCE_EXHAUSTED,
        "the client read nothing for " + seconds(stall) + "; retry with the same request_id",
        info("READER_STALLED", Map.of()),
        retry(BUSY));
  }

  /** Reports that the deadline of the call has passed. */
  public static StatusRuntimeException deadlinePassed() {
    return error(Code.DEADLINE_EXCEEDED, "the deadline passed", info("DEADLINE_PASSED", Map.of()));
  }

  /** Refuses a request that cannot finish before its deadline. */
  public static StatusRuntimeException deadlineTooSoon(Duration needed, Duration left) {
    return error(
        Code.DEADLINE_EXCEEDED,
        "deadline: in "
            + seconds(left)
            + " (expected: in "
            + seconds(needed)
            + " or later, which is the shortest time for the request and the queue ahead of it)",
        info("DEADLINE_TOO_SOON", Map.of()));
  }

  /**
   * Reports an unexpected failure of the server. The client receives only the correlation ID; the
   * log has the details.
   *
   * @param correlationId the ID under which the failure was logged
   */
  public static StatusRuntimeException internal(String correlationId) {
    return error(
        Code.INTERNAL,
        "internal error; the server's log has it under " + correlationId,
        info("INTERNAL", Map.of("correlation_id", correlationId)));
  }

  /**
   * Reports the failure of a request: a failed plugin or filter, too little memory, or an
   * unexpected exception. The client receives the message of a plugin; the log has the details of
   * all others.
   *
   * @param correlationId the ID under which the failure was logged
   */
  public static StatusRuntimeException failed(Throwable cause, String correlationId) {
    if (cause instanceof PluginException plugin) { // its message helps the plugin's author
      return error(
          Code.INTERNAL,
          String.valueOf(plugin.getMessage()),
          info("PLUGIN_FAILED", Map.of("correlation_id", correlationId)));
    }
    if (cause instanceof FilterException) {
      return error(
          Code.INTERNAL,
          "a filter failed, so no image is sent; the server's log has it under " + correlationId,
          info("FILTER_FAILED", Map.of("correlation_id", correlationId)));
    }
    return cause instanceof NoMemoryException || cause instanceof OutOfMemoryError
        ? error(
            Code.RESOURCE_EXHAUSTED,
            "too little memory for the request; the server's log has it under " + correlationId,
            info("OUT_OF_MEMORY", Map.of("correlation_id", correlationId)),
            retry(BUSY))
        : internal(correlationId);
  }

  /** Reports that the token of a call is missing or invalid. */
  public static StatusRuntimeException unauthenticated(UnauthenticatedException refusal) {
    return error(
        Code.UNAUTHENTICATED,
        String.valueOf(refusal.getMessage()),
        info(refusal.reason(), Map.of()));
  }

  /** Reports that the token of a call cannot be checked at the moment. */
  public static StatusRuntimeException authenticatorUnavailable(
      UnavailableAuthenticatorException cause) {
    return error(
        Code.UNAVAILABLE,
        String.valueOf(cause.getMessage()),
        info("AUTHENTICATOR_UNAVAILABLE", Map.of()),
        retry(DRAINING));
  }

  /** Refuses an operation for which the principal lacks the role. */
  public static StatusRuntimeException roleMissing(String principal, Role role) {
    return error(
        Code.PERMISSION_DENIED,
        principal + " may not do this (expected: a token with the role " + role + ")",
        info("ROLE_MISSING", Map.of("role", role.name())));
  }

  /** Refuses a model that the principal may not use. */
  public static StatusRuntimeException modelNotAllowed(
      String model, String principal, List<String> allowed) {
    return error(
        Code.PERMISSION_DENIED,
        "model: "
            + quote(model)
            + " (expected: one that "
            + principal
            + " may use: "
            + String.join(", ", allowed)
            + ")",
        info("MODEL_NOT_ALLOWED", Map.of("allowed_models", String.join(",", allowed))));
  }

  /**
   * Refuses a request that exceeds a quota of its principal.
   *
   * @param quota the machine-readable name of the quota, in lower snake case
   * @param limit the value of the quota
   * @param retry the delay before a retry
   */
  public static StatusRuntimeException quotaExceeded(
      String principal, String quota, int limit, Duration retry) {
    String what = quota.replace('_', ' ') + ": at most " + limit + " of " + principal;
    return error(
        Code.RESOURCE_EXHAUSTED,
        what + "; try again in " + seconds(retry),
        info("QUOTA_EXCEEDED", Map.of("quota", quota, "limit", Integer.toString(limit))),
        QuotaFailure.newBuilder()
            .addViolations(
                QuotaFailure.Violation.newBuilder()
                    .setSubject("principal:" + principal)
                    .setDescription(what))
            .build(),
        retry(retry));
  }

  /** Ends a call with an error, including its details. */
  public static void close(ServerCall<?, ?> call, StatusRuntimeException error) {
    Metadata trailers = error.getTrailers();
    call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  /**
   * Quotes a value of a client for a message: on one line, and cut after {@value #LONGEST_QUOTE}
   * characters.
   */
  public static String quote(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    value
        .codePoints()
        .limit(LONGEST_QUOTE)
        .forEach(c -> quoted.appendCodePoint(isShown(c) ? c : '\uFFFD'));
    boolean cut = value.codePointCount(0, value.length()) > LONGEST_QUOTE;
    return quoted.append(cut ? "…\"" : "\"").toString();
  }

  private static boolean isShown(int codePoint) {
    return !Character.isISOControl(codePoint)
        && Character.getType(codePoint) != Character.SURROGATE;
  }

  private static RetryInfo retry(Duration delay) {
    return RetryInfo.newBuilder().setRetryDelay(Durations.fromMillis(delay.toMillis())).build();
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() / 1000.0 + " s";
  }

  private static ErrorInfo info(String reason, Map<String, String> metadata) {
    return ErrorInfo.newBuilder()
        .setReason(reason)
        .setDomain(DOMAIN)
        .putAllMetadata(metadata)
        .build();
  }

  private static StatusRuntimeException error(Code code, String message, Message... details) {
    Status.Builder status = Status.newBuilder().setCode(code.getNumber()).setMessage(message);
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }
}
