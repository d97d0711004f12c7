package io.diffusion4j.serving.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.diffusion4j.serving.events.Listeners;
import io.diffusion4j.serving.events.ServingListener.CallEnd;
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

/** Gives each call its {@link CallContext}, and tells the listeners of its one outcome. */
final class CallInterceptor implements ServerInterceptor {
  /**
   * The time by which a reset may come early; for a short call, at most a fifth of its deadline.
   */
  private static final Duration EARLY = Duration.ofMillis(250);

  private final Listeners listeners;

  @Inject
  CallInterceptor(Listeners listeners) {
    this.listeners = listeners;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    CallContext about = new CallContext();
    Context context = Context.current().withValue(CallContext.KEY, about);
    long begun = System.nanoTime();
    var watched = new Watched<>(call, listeners);
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
        listeners.callEnded(
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
   * What a client sees whose call ends without an answer. A client whose time is up says so by a
   * reset, which can come a little before the same time is up here, where its clock began later.
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
      throw new IllegalStateException("a detail that this program made is damaged", e);
    }
  }

  /** Remembers with what a call is closed. */
  private static final class Watched<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final Listeners listeners;
    private volatile Status.Code code = Status.Code.UNKNOWN;

    Watched(ServerCall<Q, R> call, Listeners listeners) {
      super(call);
      this.listeners = listeners;
    }

    /** That of the error's details, or else the code. */
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
        listeners.refused(reason(status, trailers));
      }
      super.close(status, trailers);
    }
  }
}
