/** Commands on weights that others published. */
@NullMarked
package io.diffusion4j.cli.weights;

import org.jspecify.annotations.NullMarked;
