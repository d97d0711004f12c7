/** What a server does, in numbers that Prometheus reads. */
@NullMarked
package io.diffusion4j.serving.metrics;

import org.jspecify.annotations.NullMarked;
