/**
 * OpenTelemetry traces of a server: a span for each call, and below it the time in the queue and
 * the stages of each batch.
 *
 * <p>This package uses only the OpenTelemetry API. Nothing is recorded unless the application binds
 * an {@code OpenTelemetry}.
 *
 * <pre>{@code
 * Tracing tracing = new Tracing(telemetry);
 * RequestSpans request = tracing.request("a36ff4bb-4c2a-4f0b-9e4f-5d2b7c1e8a90", "emoji");
 * request.begun(); // ends the span "queue"
 * try (BatchSpans batch = request.batch(4, "text")) {
 *   batch.at("prior", 0, 20);
 *   batch.at("prior", 20, 20);
 * } // ends the span "encode"
 * }</pre>
 *
 * <p>How the types fit:
 *
 * <ul>
 *   <li>{@link io.diffusion4j.serving.tracing.TraceInterceptor} records the span of each call. It
 *       joins the trace of the client if the client sent a {@code traceparent} header.
 *   <li>{@link io.diffusion4j.serving.tracing.Tracing} creates spans within the span of the current
 *       call.
 *   <li>{@link io.diffusion4j.serving.tracing.RequestSpans} belongs to one request, and {@link
 *       io.diffusion4j.serving.tracing.BatchSpans} to one batch of it.
 * </ul>
 *
 * <p>Spans carry the request id, the model and the number of images, so that a slow request in the
 * log can be found in the traces. Their attributes never contain prompts or names of principals.
 *
 * <p>Deliberately absent: an exporter, sampling, and spans of health checks. Aggregated numbers are
 * meters, see {@link io.diffusion4j.serving.metrics}.
 */
@NullMarked
package io.diffusion4j.serving.tracing;

import org.jspecify.annotations.NullMarked;
