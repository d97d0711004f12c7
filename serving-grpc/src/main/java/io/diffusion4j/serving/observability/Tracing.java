package io.diffusion4j.serving.observability;

import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * The spans of a server: one for each call except health checks, and those of the requests in it.
 * The span of a call joins the trace of the client if the client sent a {@code traceparent} header
 * (W3C Trace Context). Thread-safe.
 */
public final class Tracing implements ServerInterceptor {
  private static final io.grpc.Context.Key<Context> SPAN = io.grpc.Context.key("diffusion4j-span");
  private static final TextMapGetter<Metadata> HEADERS = new Headers();

  private final Tracer tracer;

  /** Creates spans that are exported by the given telemetry. */
  @Inject
  public Tracing(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("io.diffusion4j.serving");
  }

  /**
   * Starts the spans of a request, and its queue time, in the span of the current call.
   *
   * @param id the id of the request; empty if it has none
   * @param model the name of the model
   */
  public RequestSpans request(String id, String model) {
    Context call = SPAN.get();
    return new RequestSpans(tracer, call == null ? Context.root() : call, id, model);
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
        tracer
            .spanBuilder(method.getFullMethodName())
            .setSpanKind(SpanKind.SERVER)
            .setParent(client)
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
    io.grpc.Context within = io.grpc.Context.current().withValue(SPAN, client.with(span));
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
