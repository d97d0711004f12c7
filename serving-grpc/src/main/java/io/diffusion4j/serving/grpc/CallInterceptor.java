package io.diffusion4j.serving.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.diffusion4j.serving.observability.ServingListener;
import io.diffusion4j.serving.observability.ServingListener.CallEnd;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Attaches a {@link CallContext} to each call and notifies the listeners once when it ends. */
final class CallInterceptor implements ServerInterceptor {
  /**
   * The longest time by which a reset may precede the deadline; for a short call, a fifth of its
   * deadline.
   */
  private static final Duration EARLY = Duration.ofMillis(250);

  private final ServingListener listener;

  @Inject
  CallInterceptor(ServingListener listener) {
    this.listener = listener;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    CallContext about = new CallContext();
    Context context = Context.current().withValue(CallContext.KEY, about);
    long begun = System.nanoTime();
    var watched = new Watched<>(call, listener);
    return new SimpleForwardingServerCallListener<>(
        Contexts.interceptCall(context, watched, headers, next)) {
      @Override
      public void onComplete() {
        super.onComplete();
        ended(watched.code());
      }

      @Override
      public void onCancel() {
        super.onCancel();
        ended(cancelled(context.getDeadline(), System.nanoTime() - begun));
      }

      private void ended(Status.Code code) {
        listener.callEnded(
            new CallEnd(
                call.getMethodDescriptor().getFullMethodName(),
                code,
                Duration.ofNanos(System.nanoTime() - begun),
                about.id(),
                about.principalName(),
                about.prompt()));
      }
    };
  }

  /**
   * Returns the status of a call that the client reset: {@code DEADLINE_EXCEEDED} if the deadline
   * has passed or is about to pass, else {@code CANCELLED}. The client resets a call at its own
   * deadline, which can be slightly earlier than the deadline measured here.
   */
  private static Status.Code cancelled(@Nullable Deadline deadline, long taken) {
    if (deadline == null) {
      return Status.Code.CANCELLED;
    }
    long left = deadline.timeRemaining(TimeUnit.NANOSECONDS);
    long early = Math.min(EARLY.toNanos(), (taken + Math.max(0, left)) / 5);
    return left <= early ? Status.Code.DEADLINE_EXCEEDED : Status.Code.CANCELLED;
  }

  private static String reason(Any detail) {
    try {
      return detail.unpack(ErrorInfo.class).getReason();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("error details that this server made cannot be parsed", e);
    }
  }

  /** A call that records the status it is closed with. */
  private static final class Watched<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final ServingListener listener;
    private volatile Status.Code code = Status.Code.UNKNOWN;

    Watched(ServerCall<Q, R> call, ServingListener listener) {
      super(call);
      this.listener = listener;
    }

    /** Returns the reason in the error's details; without one, the name of the status code. */
    private static String reason(Status status, Metadata trailers) {
      return StatusProto.fromStatusAndTrailers(status, trailers).getDetailsList().stream()
          .filter(detail -> detail.is(ErrorInfo.class))
          .findFirst()
          .map(CallInterceptor::reason)
          .orElse(status.getCode().name());
    }

    Status.Code code() {
      return code;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      code = status.getCode();
      if (!status.isOk()) {
        listener.refused(reason(status, trailers));
      }
      super.close(status, trailers);
    }
  }
}
