package io.diffusion4j.serving.observability;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;

/** The spans of one request: {@code queue}, and the spans of its batches. */
public final class RequestSpans {
  private static final AttributeKey<String> REQUEST =
      AttributeKey.stringKey("diffusion4j.request_id");
  private static final AttributeKey<String> MODEL = AttributeKey.stringKey("diffusion4j.model");
  private static final AttributeKey<Long> IMAGES = AttributeKey.longKey("diffusion4j.images");

  private final Tracer tracer;
  private final Context call;
  private final Attributes about;
  private final Instant waitsSince = Instant.now();

  RequestSpans(Tracer tracer, Context call, String id, String model) {
    this.tracer = tracer;
    this.call = call;
    this.about = Attributes.of(REQUEST, id, MODEL, model);
  }

  /** Records the time since creation as the span {@code queue}; called when the request starts. */
  public void begun() {
    span("queue").setStartTimestamp(waitsSince).startSpan().end();
  }

  /**
   * Starts the spans of a batch.
   *
   * @param images the number of images in the batch
   * @param first the name of the span before the first stage, such as {@code text}
   */
  public BatchSpans batch(int images, String first) {
    return new BatchSpans(name -> span(name).setAttribute(IMAGES, (long) images), first);
  }

  private SpanBuilder span(String name) {
    return tracer.spanBuilder(name).setParent(call).setAllAttributes(about);
  }
}
