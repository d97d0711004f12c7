/**
 * What a server does, in numbers that Prometheus reads.
 *
 * <p>Starting point: {@link io.diffusion4j.serving.metrics.PrometheusMeters}. Nothing else here
 * knows Micrometer.
 */
@NullMarked
package io.diffusion4j.serving.metrics;

import org.jspecify.annotations.NullMarked;
