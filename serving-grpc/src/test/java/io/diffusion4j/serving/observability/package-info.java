/** The meters of a server, held to what happens in it. */
@NullMarked
package io.diffusion4j.serving.observability;

import org.jspecify.annotations.NullMarked;
