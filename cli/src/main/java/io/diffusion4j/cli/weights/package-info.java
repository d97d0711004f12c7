/** Commands on files of weights: of others, and for other runtimes. */
@NullMarked
package io.diffusion4j.cli.weights;

import org.jspecify.annotations.NullMarked;
