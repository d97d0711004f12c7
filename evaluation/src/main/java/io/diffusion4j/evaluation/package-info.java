/** How well a model draws what it is told, as numbers that anyone can recompute. */
@NullMarked
package io.diffusion4j.evaluation;

import org.jspecify.annotations.NullMarked;
