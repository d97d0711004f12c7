/** How well a model draws what it is asked for, as numbers that can be recomputed. */
@NullMarked
package io.diffusion4j.evaluation;

import org.jspecify.annotations.NullMarked;
