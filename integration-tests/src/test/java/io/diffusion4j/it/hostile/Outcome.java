package io.diffusion4j.it.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.Status;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The response to a hostile request.
 *
 * @param code its status
 * @param isFault whether it is an internal error, or shows internals of the server
 * @param text its message
 */
record Outcome(String code, boolean isFault, String text) {
  private static final int UNAVAILABLE = 503;
  private static final int LONGEST_TEXT = 1000;

  /** A line of a stack trace, the name of a class, or the status of an internal error. */
  private static final Pattern INTERNALS =
      Pattern.compile("\\sat [a-z]+\\.|Exception|java\\.|\"(INTERNAL|UNKNOWN)\"");

  private static final Pattern STATUS_IN_TRAILERS = Pattern.compile("grpc-status: *([0-9]+)");

  static Outcome of(Status status) {
    boolean internal =
        switch (status.getCode()) {
          case INTERNAL, UNKNOWN, DEADLINE_EXCEEDED -> true; // a minute was not enough
          default -> INTERNALS.matcher(String.valueOf(status.getDescription())).find();
        };
    return new Outcome(status.getCode().name(), internal, status.toString());
  }

  static Outcome of(HttpResponse<byte[]> response) {
    String message = response.headers().firstValue("grpc-message").orElse("");
    return of(
        response.statusCode(),
        response.headers().firstValue("grpc-status").orElse(""),
        message + new String(response.body(), UTF_8));
  }

  static Outcome of(int status, String grpcStatus, String body) {
    Matcher trailers = STATUS_IN_TRAILERS.matcher(body);
    String grpc = grpcStatus.isEmpty() && trailers.find() ? trailers.group(1) : grpcStatus;
    boolean fault =
        (status >= 500 && status != UNAVAILABLE)
            || grpc.equals(Integer.toString(Status.Code.INTERNAL.value()))
            || grpc.equals(Integer.toString(Status.Code.UNKNOWN.value()))
            || (status >= 400 && INTERNALS.matcher(body).find());
    String code = grpc.isEmpty() ? Integer.toString(status) : status + "/" + grpc;
    String text = body.substring(0, Math.min(LONGEST_TEXT, body.length()));
    return new Outcome(code, fault, text);
  }
}
