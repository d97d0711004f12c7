/** The meters of a server, held to what happens in it. */
@NullMarked
package io.diffusion4j.serving.metrics;

import org.jspecify.annotations.NullMarked;
