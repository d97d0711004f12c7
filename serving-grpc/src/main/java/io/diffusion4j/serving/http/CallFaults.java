package io.diffusion4j.serving.http;

import com.google.common.base.Throwables;
import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.grpc.GrpcExceptionHandlerFunction;
import com.linecorp.armeria.server.RequestTimeoutException;
import io.diffusion4j.serving.errors.Errors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A mapping from failures outside of the handler of a call to the errors of the service. */
final class CallFaults implements GrpcExceptionHandlerFunction {
  private static final String ARMERIA = "com.linecorp.armeria.";

  private final int mostBytes;

  CallFaults(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public @Nullable Status apply(
      RequestContext ctx, Status status, Throwable cause, Metadata metadata) {
    Throwable root = cause instanceof StatusRuntimeException ? cause.getCause() : cause;
    if (root instanceof InvalidProtocolBufferException) { // reported as INTERNAL by gRPC
      return answer(Errors.MALFORMED_REQUEST.error(Errors.reason(root)), metadata);
    }
    if (cause instanceof ContentTooLargeException || isOfALargeFrame(status, cause)) {
      return answer(Errors.REQUEST_TOO_LARGE.error(mostBytes), metadata);
    }
    if (cause instanceof RequestTimeoutException) {
      return answer(Errors.DEADLINE_PASSED.error(), metadata);
    }
    if (isOfTheDeframer(status, cause)) {
      return answer(Errors.MALFORMED_REQUEST.error("a frame that cannot be read"), metadata);
    }
    return null; // Armeria's default
  }

  /** Returns whether Armeria refused a large frame; errors of the service also have trailers. */
  private static boolean isOfALargeFrame(Status status, Throwable cause) {
    return status.getCode() == Status.Code.RESOURCE_EXHAUSTED
        && Status.trailersFromThrowable(cause) == null;
  }

  /**
   * Returns whether Armeria failed to parse a frame. Its parser has no exception type of its own,
   * so the failure is recognised by Armeria's class names.
   */
  private static boolean isOfTheDeframer(Status status, Throwable cause) {
    return String.valueOf(status.getDescription()).startsWith(ARMERIA)
        || Throwables.getCausalChain(cause).stream()
            .flatMap(e -> Stream.of(e.getStackTrace()))
            .anyMatch(frame -> frame.getClassName().endsWith("MessageDeframer"));
  }

  private static Status answer(StatusRuntimeException error, Metadata metadata) {
    Metadata trailers = Status.trailersFromThrowable(error);
    if (trailers != null) {
      metadata.merge(trailers);
    }
    return error.getStatus();
  }
}
