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
 * An interceptor that passes the deadline of a call to its handler through {@link
 * Context#getDeadline}, as gRPC's own servers do. Armeria enforces deadlines as time limits of the
 * HTTP request, but does not set them in the context. A call without a deadline gets a default, so
 * every call ends. The context is cancelled with the call.
 */
final class DeadlineInterceptor implements ServerInterceptor {
  private final Duration longest;

  /** Creates an interceptor with a time limit for calls without a deadline. */
  DeadlineInterceptor(Duration longest) {
    this.longest = longest;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    ServiceRequestContext request = ServiceRequestContext.current();
    Refusals.hasReachedACall(request);
    if (request.requestTimeoutMillis() == 0) { // 0 means that there is no deadline
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
