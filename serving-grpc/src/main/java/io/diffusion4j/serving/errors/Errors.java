package io.diffusion4j.serving.errors;

import static java.util.stream.Collectors.joining;

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
import io.diffusion4j.diffusion.denoiser.NativeOutOfMemoryException;
import io.diffusion4j.diffusion.filter.FilterException;
import io.diffusion4j.diffusion.pipeline.PluginException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The errors that a client can receive. The name of each is its machine-readable reason ({@code
 * google.rpc.ErrorInfo}); the details help to correct the request.
 *
 * <p>A template takes the values of {@link #error} in order. {@code {}} is a value of the message,
 * {@code "{}"} one that comes from the client and is quoted, and {@code {name}} one that the
 * metadata of the error has as well. {@code {retry}} is the delay before a retry ({@code
 * google.rpc.RetryInfo}), which an error may also fix.
 */
public enum Errors {
  /** A field that is wrong; made by {@link Violations}. */
  INVALID_FIELDS(Code.INVALID_ARGUMENT, "{}"),
  /** Values: the part that cannot be parsed, and why. */
  MALFORMED_REQUEST(Code.INVALID_ARGUMENT, "request: {} (expected: a message of the contract)"),
  /** Values: the limit in bytes. */
  REQUEST_TOO_LARGE(
      Code.RESOURCE_EXHAUSTED, "request: too large (expected: at most {most_bytes} bytes)"),
  /** The memory for requests is full at the moment. Values: its bytes. */
  SERVER_BUSY(
      Code.RESOURCE_EXHAUSTED,
      "the memory for requests is full (at most {most_bytes} bytes); try again in {retry}",
      Wait.SHORT),
  /** Values: the cost of the request and the limit, in whole megapixel steps. */
  COST_TOO_HIGH(
      Code.INVALID_ARGUMENT,
      "cost: {} megapixel steps (expected: at most {most_cost}; fewer images, steps or repeats cost"
          + " less)"),
  /** An image is larger than the memory. Values: its pixels and the limit; see {@link #failed}. */
  OUT_OF_MEMORY(
      Code.RESOURCE_EXHAUSTED,
      "image: {} pixels (expected: at most {most_pixels}, the limit of this server's memory)"),
  /** Values: the delay before a retry. */
  ADDRESS_RATE_EXCEEDED(
      Code.RESOURCE_EXHAUSTED, "too many requests from this address; try again in {retry}"),
  /** Values: the time limit for receiving a request. */
  REQUEST_TOO_SLOW(
      Code.DEADLINE_EXCEEDED, "request: incomplete after {} (expected: complete by then)"),
  /** Values: the field, the name in it, and the known names. */
  MODEL_NOT_FOUND(Code.NOT_FOUND, "{}: \"{}\" (expected: one of {known_models})"),
  /** A model was unloaded or replaced while a request for it was checked. Values: its name. */
  MODEL_UNLOADED(
      Code.UNAVAILABLE, "model: {} (expected: one that is not being unloaded)", Wait.SHORT),
  /** Made by {@link #unknownIndex}. */
  INDEX_NOT_FOUND(Code.NOT_FOUND, "{}"),
  /** Values: the task, the supported tasks, and the model. */
  TASK_UNSUPPORTED(
      Code.UNIMPLEMENTED, "task: {} (expected: one of {supported_tasks}, which is what {} can do)"),
  /** Values: the method and the model. */
  METHOD_UNSUPPORTED(Code.UNIMPLEMENTED, "{method}: {} has no networks for it"),
  /** Values: the id. */
  REQUEST_ID_TAKEN(
      Code.ALREADY_EXISTS, "request_id: {} (expected: one that no other request uses)"),
  /** Values: the number of waiting requests, and the delay before a retry. */
  QUEUE_FULL(
      Code.RESOURCE_EXHAUSTED,
      "the queue is full: {depth} requests are waiting; try again in {retry}"),
  /** The store of jobs, or the disk, has no room. Values: the delay before a retry. */
  JOB_STORE_FULL(
      Code.RESOURCE_EXHAUSTED, "the store of jobs is full; delete jobs, or try again in {retry}"),
  SHUTTING_DOWN(Code.UNAVAILABLE, "the server is shutting down", Wait.LONG),
  LOADING(Code.UNAVAILABLE, "the server is loading its models", Wait.SHORT),
  /** Values: the origin of the page. */
  ORIGIN_NOT_ALLOWED(
      Code.PERMISSION_DENIED, "origin: \"{}\" (expected: this server's own, or an allowed one)"),
  /** Values: the host that the request names. */
  HOST_NOT_ALLOWED(
      Code.PERMISSION_DENIED,
      "host: \"{}\" (expected: a name of this server, see its setting hosts)"),
  CANCELLED(Code.CANCELLED, "the request was cancelled"),
  /** The client stopped reading, so its buffered response was dropped. Values: for how long. */
  READER_STALLED(
      Code.RESOURCE_EXHAUSTED,
      "the client read nothing for {}; retry with the same request_id",
      Wait.SHORT),
  DEADLINE_PASSED(Code.DEADLINE_EXCEEDED, "the deadline passed"),
  /** Values: the time that is left, and the time that is needed. */
  DEADLINE_TOO_SOON(
      Code.DEADLINE_EXCEEDED,
      "deadline: in {} (expected: in {} or later, which is the shortest time for the request and"
          + " the queue ahead of it)"),
  /** An unexpected failure. Values: the ID under which the log has it. */
  INTERNAL(Code.INTERNAL, "internal error; the server's log has it under {correlation_id}"),
  /** Made by {@link #failed}. */
  PLUGIN_FAILED(Code.INTERNAL, "{}"),
  /** Made by {@link #failed}. Values: the ID under which the log has it. */
  FILTER_FAILED(
      Code.INTERNAL,
      "a filter failed, so no image is sent; the server's log has it under {correlation_id}"),
  /** The token of a call cannot be checked at the moment. Values: why. */
  AUTHENTICATOR_UNAVAILABLE(Code.UNAVAILABLE, "{}", Wait.LONG),
  /** Values: the principal, and the role it lacks. */
  ROLE_MISSING(
      Code.PERMISSION_DENIED, "{} may not do this (expected: a token with the role {role})"),
  /** Values: the model, the principal, and the models it may use. */
  MODEL_NOT_ALLOWED(
      Code.PERMISSION_DENIED, "model: \"{}\" (expected: one that {} may use: {allowed_models})"),
  /** Made by {@link #quotaExceeded}. */
  QUOTA_EXCEEDED(Code.RESOURCE_EXHAUSTED, "{}; try again in {retry}");

  private static final Pattern PLACE = Pattern.compile("(\"?)\\{(\\w*)}\"?");
  private static final String RETRY = "retry";
  private static final int LONGEST_QUOTE = 80;
  private static final int LONGEST_REASON = 300;

  private final Code code;
  private final String template;
  private final Optional<Duration> retry;

  Errors(Code code, String template) {
    this.code = code;
    this.template = template;
    this.retry = Optional.empty();
  }

  Errors(Code code, String template, Wait wait) {
    this.code = code;
    this.template = template;
    this.retry = Optional.of(wait.delay);
  }

  /** A fixed delay before a retry. */
  private enum Wait {
    /** While other requests hold the memory, or models are being loaded. */
    SHORT(1),
    /** While this server is being replaced, or its identity provider is down. */
    LONG(5);

    private final Duration delay;

    Wait(int seconds) {
      delay = Duration.ofSeconds(seconds);
    }
  }

  /** Returns the error with the given values, as its constant lists them. */
  public StatusRuntimeException error(Object... values) {
    return error(Map.of(), List.of(), values);
  }

  private StatusRuntimeException error(
      Map<String, String> more, List<? extends Message> details, Object... values) {
    Iterator<Object> left = Arrays.asList(values).iterator();
    Map<String, String> metadata = new LinkedHashMap<>(more);
    Optional<Duration> delay = retry;
    var message = new StringBuilder();
    Matcher place = PLACE.matcher(template);
    while (place.find()) {
      String name = place.group(2);
      boolean waits = name.equals(RETRY);
      Object value = waits && retry.isPresent() ? retry.get() : left.next();
      if (waits) {
        delay = Optional.of((Duration) value);
      } else if (!name.isEmpty()) {
        metadata.put(name, value instanceof List<?> all ? joined(all, ",") : value.toString());
      }
      String shown = place.group(1).isEmpty() ? shown(value) : quote(value.toString());
      place.appendReplacement(message, Matcher.quoteReplacement(shown));
    }
    return of(code, name(), place.appendTail(message).toString(), metadata, details, delay);
  }

  /**
   * Returns an error whose reason is not one of these, such as that of an authenticator.
   *
   * @param reason the machine-readable reason in upper snake case
   */
  public static StatusRuntimeException of(Code code, String reason, String message) {
    return of(code, reason, message, Map.of(), List.of(), Optional.empty());
  }

  private static StatusRuntimeException of(
      Code code,
      String reason,
      String message,
      Map<String, String> metadata,
      List<? extends Message> details,
      Optional<Duration> delay) {
    var info = ErrorInfo.newBuilder().setReason(reason).setDomain("diffusion4j.io");
    Status.Builder status =
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(message)
            .addDetails(Any.pack(info.putAllMetadata(metadata).build()));
    details.forEach(detail -> status.addDetails(Any.pack(detail)));
    delay
        .map(time -> RetryInfo.newBuilder().setRetryDelay(Durations.fromMillis(time.toMillis())))
        .ifPresent(wait -> status.addDetails(Any.pack(wait.build())));
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static String shown(Object value) {
    if (value instanceof Duration time) {
      return time.toMillis() / 1000.0 + " s";
    }
    return value instanceof List<?> all ? joined(all, ", ") : value.toString();
  }

  private static String joined(List<?> values, String separator) {
    return values.stream().map(Object::toString).collect(joining(separator));
  }

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
            .collect(joining("; "));
    return INVALID_FIELDS.error(
        Map.of(),
        List.of(BadRequest.newBuilder().addAllFieldViolations(violations).build()),
        untold == 0 ? all : all + "; and " + untold + " more");
  }

  /** Reports an image index that the model does not have. */
  public static StatusRuntimeException unknownIndex(String name, List<String> known) {
    String expected =
        known.isEmpty() ? "none; the model has no indices" : "one of " + String.join(", ", known);
    return INDEX_NOT_FOUND.error(
        Map.of("known_indices", String.join(",", known)),
        List.of(),
        "index: " + quote(name) + " (expected: " + expected + ")");
  }

  /**
   * Reports the failure of a request: a failed plugin or filter, too little memory, or an
   * unexpected exception. The client receives the message of a plugin, because it helps the
   * plugin's author; the log has the details of all others.
   *
   * @param correlationId the ID under which the failure was logged
   */
  public static StatusRuntimeException failed(Throwable cause, String correlationId) {
    Map<String, String> metadata = Map.of("correlation_id", correlationId);
    if (cause instanceof PluginException plugin) {
      return PLUGIN_FAILED.error(metadata, List.of(), String.valueOf(plugin.getMessage()));
    }
    if (cause instanceof FilterException) {
      return FILTER_FAILED.error(correlationId);
    }
    return cause instanceof NativeOutOfMemoryException || cause instanceof OutOfMemoryError
        ? of(
            Code.RESOURCE_EXHAUSTED,
            OUT_OF_MEMORY.name(),
            "too little memory for the request; the server's log has it under " + correlationId,
            metadata,
            List.of(),
            Optional.of(Wait.SHORT.delay))
        : INTERNAL.error(correlationId);
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
    var violation =
        QuotaFailure.Violation.newBuilder()
            .setSubject("principal:" + principal)
            .setDescription(what);
    return QUOTA_EXCEEDED.error(
        Map.of("quota", quota, "limit", Integer.toString(limit)),
        List.of(QuotaFailure.newBuilder().addViolations(violation).build()),
        what,
        retry);
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
}
