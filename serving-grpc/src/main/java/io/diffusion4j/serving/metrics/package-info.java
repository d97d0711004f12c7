/**
 * Meters of a server in the format of Prometheus.
 *
 * <p>A server with {@link io.diffusion4j.serving.metrics.MetricsModule} answers {@code GET
 * /metrics} on its HTTP port. The caller needs a token with the role {@code METRICS}. The tables on
 * {@link io.diffusion4j.serving.metrics.PrometheusMeters} and {@link
 * io.diffusion4j.serving.metrics.ServiceMeters} list all meters and their labels.
 *
 * <p>An application that embeds the service has a Micrometer registry already. It registers the
 * meters there and passes them to the service as a listener:
 *
 * <pre>{@code
 * ServingListener meters = new ServiceMeters(registry);
 * Level tensors = new Level("diffusion4j.live.tensors", "native tensors not yet closed", live);
 * }</pre>
 *
 * <p>How the types fit:
 *
 * <ul>
 *   <li>{@link io.diffusion4j.serving.metrics.ServiceMeters} counts calls, queue, steps and images.
 *       It implements {@link io.diffusion4j.serving.events.ServingListener} and works with any
 *       registry.
 *   <li>{@link io.diffusion4j.serving.metrics.PrometheusMeters} adds the meters of the process and
 *       of the JVM, and renders all of them as text.
 *   <li>{@link io.diffusion4j.serving.metrics.Level} is a gauge that other modules contribute with
 *       a Guice set binding, such as the open connections of the HTTP server.
 * </ul>
 *
 * <p>Labels have few values: prompts, request ids and addresses of clients are never labels, and
 * principals beyond the first hundred share the label {@code other}.
 *
 * <p>Deliberately absent: a push gateway, dashboards, and alert rules. Single requests are visible
 * in traces, see {@link io.diffusion4j.serving.tracing}.
 */
@NullMarked
package io.diffusion4j.serving.metrics;

import org.jspecify.annotations.NullMarked;
