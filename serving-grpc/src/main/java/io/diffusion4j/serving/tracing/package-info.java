/**
 * OpenTelemetry traces of a server: a span for each call, and below it the time in the queue and
 * the stages of each batch. Only the API of OpenTelemetry is used; nothing is recorded unless the
 * application binds an {@code OpenTelemetry}.
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
 * <p>Attributes never contain prompts or names of principals.
 */
@NullMarked
package io.diffusion4j.serving.tracing;

import org.jspecify.annotations.NullMarked;
