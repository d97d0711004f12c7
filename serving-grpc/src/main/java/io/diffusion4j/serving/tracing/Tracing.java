package io.diffusion4j.serving.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import jakarta.inject.Inject;

/** Begins the spans of a server. Thread-safe. */
public final class Tracing {
  private static final io.grpc.Context.Key<Context> SPAN = io.grpc.Context.key("diffusion4j-span");

  private final Tracer tracer;

  /** Spans that go wherever this sends them. */
  @Inject
  public Tracing(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("io.diffusion4j.serving");
  }

  /** The span of a call, in the trace of its client. */
  SpanBuilder call(String method, Context client) {
    return tracer.spanBuilder(method).setSpanKind(SpanKind.SERVER).setParent(client);
  }

  /** The context of a call, whose span contains all others. */
  static io.grpc.Context within(Context span) {
    return io.grpc.Context.current().withValue(SPAN, span);
  }

  /**
   * The spans of a request that waits from now on, within the present call.
   *
   * @param id of the request, or an empty text
   * @param model that it is for
   */
  public RequestSpans request(String id, String model) {
    Context call = SPAN.get();
    return new RequestSpans(tracer, call == null ? Context.root() : call, id, model);
  }
}
