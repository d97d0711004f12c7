/**
 * Traces of OpenTelemetry: a span for each call, and within it what a request waited for and what
 * its batches spent their time with.
 *
 * <p>Only the API is used here. Unless an {@code OpenTelemetry} is bound, nothing is recorded.
 *
 * <ul>
 *   <li>{@link io.diffusion4j.serving.tracing.Tracing} begins spans.
 *   <li>{@link io.diffusion4j.serving.tracing.TraceInterceptor} takes part in the trace of a
 *       client.
 * </ul>
 */
@NullMarked
package io.diffusion4j.serving.tracing;

import org.jspecify.annotations.NullMarked;
