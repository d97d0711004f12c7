package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Tells handlers the deadline of their call through {@link Context#getDeadline}, as gRPC's own
 * servers do. Armeria keeps deadlines, as the time limit of the HTTP request, but does not tell. A
 * call without one gets one, so that every call ends, and handlers learn when it is cancelled.
 */
final class DeadlineInterceptor implements ServerInterceptor {
  private final Duration longest;

  /** For calls without a deadline, a time limit from their start. */
  DeadlineInterceptor(Duration longest) {
    this.longest = longest;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    ServiceRequestContext request = ServiceRequestContext.current();
    Refusals.hasReachedACall(request);
    if (request.requestTimeoutMillis() == 0) { // the client's, which means that it gave none
      request.setRequestTimeout(TimeoutMode.SET_FROM_START, longest);
    }
    long begun = request.log().partial().requestStartTimeNanos();
    long left =
        TimeUnit.MILLISECONDS.toNanos(request.requestTimeoutMillis()) - (System.nanoTime() - begun);
    Context.CancellableContext context =
        Context.current()
            .withDeadline(Deadline.after(left, TimeUnit.NANOSECONDS), request.eventLoop());
    return new SimpleForwardingServerCallListener<>(
        Contexts.interceptCall(context, call, headers, next)) {
      @Override
      public void onCancel() {
        super.onCancel();
        context.cancel(null);
      }

      @Override
      public void onComplete() {
        super.onComplete();
        context.cancel(null);
      }
    };
  }
}
