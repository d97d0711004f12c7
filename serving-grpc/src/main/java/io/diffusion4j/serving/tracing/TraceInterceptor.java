package io.diffusion4j.serving.tracing;

import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * Records a span for each call except health checks. The span joins the trace of the client if the
 * client sent a {@code traceparent} header (W3C Trace Context).
 */
public final class TraceInterceptor implements ServerInterceptor {
  private static final TextMapGetter<Metadata> HEADERS = new Headers();

  private final Tracing tracing;

  @Inject
  TraceInterceptor(Tracing tracing) {
    this.tracing = tracing;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var method = call.getMethodDescriptor();
    if (HealthGrpc.SERVICE_NAME.equals(method.getServiceName())) {
      return next.startCall(call, headers);
    }
    Context client =
        W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
    Span span =
        tracing
            .call(method.getFullMethodName(), client)
            .setAttribute("rpc.system", "grpc")
            .setAttribute("rpc.service", String.valueOf(method.getServiceName()))
            .setAttribute("rpc.method", String.valueOf(method.getBareMethodName()))
            .startSpan();
    var watched =
        new SimpleForwardingServerCall<Q, R>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            record(span, status);
            super.close(status, trailers);
          }
        };
    io.grpc.Context within = Tracing.within(client.with(span));
    return new SimpleForwardingServerCallListener<>(
        Contexts.interceptCall(within, watched, headers, next)) {
      @Override
      public void onComplete() {
        super.onComplete();
        span.end();
      }

      @Override
      public void onCancel() {
        super.onCancel();
        record(span, Status.CANCELLED);
        span.end();
      }
    };
  }

  private static void record(Span span, Status status) {
    span.setAttribute("rpc.grpc.status_code", (long) status.getCode().value());
    boolean ours =
        switch (status.getCode()) {
          case UNKNOWN, INTERNAL, DATA_LOSS, UNAVAILABLE, DEADLINE_EXCEEDED, UNIMPLEMENTED -> true;
          default -> false;
        };
    if (ours) {
      span.setStatus(StatusCode.ERROR, String.valueOf(status.getDescription()));
    }
  }

  private static final class Headers implements TextMapGetter<Metadata> {
    @Override
    public @Nullable String get(@Nullable Metadata headers, String name) {
      return headers == null
          ? null
          : headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
  }
}
