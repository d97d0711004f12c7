package io.diffusion4j.serving.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import jakarta.inject.Inject;

/** The factory of a server's spans. Thread-safe. */
public final class Tracing {
  private static final io.grpc.Context.Key<Context> SPAN = io.grpc.Context.key("diffusion4j-span");

  private final Tracer tracer;

  /** Creates a factory whose spans are exported by the given telemetry. */
  @Inject
  public Tracing(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("io.diffusion4j.serving");
  }

  /** Returns a builder of the server span of a call, as a child of the client's span. */
  SpanBuilder call(String method, Context client) {
    return tracer.spanBuilder(method).setSpanKind(SpanKind.SERVER).setParent(client);
  }

  /** Returns the current gRPC context with the span of its call attached. */
  static io.grpc.Context within(Context span) {
    return io.grpc.Context.current().withValue(SPAN, span);
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
}
