/**
 * What operators observe of a server: events, a log of calls, meters and traces.
 *
 * <p>A {@link io.diffusion4j.serving.observability.ServingListener} is notified of calls, refusals,
 * the queue, batches and steps, on the threads that do the work. Bind one in the set that {@link
 * io.diffusion4j.serving.ServingModule} declares. The meters are such a listener, for Prometheus or
 * in the registry of an application; {@link io.diffusion4j.serving.observability.Tracing} makes the
 * spans of a call, its queue time and its stages:
 *
 * <pre>{@code
 * ServingListener meters = new ServiceMeters(registry);
 * ServerGauge tensors = new ServerGauge("diffusion4j.live.tensors", live);
 * RequestSpans request = new Tracing(telemetry).request("a36ff4bb-4c2a-4f0b", "emoji");
 * }</pre>
 *
 * <p>Prompts, request ids and addresses are never labels of a meter, and prompts and principals
 * never attributes of a span.
 */
@NullMarked
package io.diffusion4j.serving.observability;

import org.jspecify.annotations.NullMarked;
