/** The meters of a server, for Prometheus. */
@NullMarked
package io.diffusion4j.serving.metrics;

import org.jspecify.annotations.NullMarked;
