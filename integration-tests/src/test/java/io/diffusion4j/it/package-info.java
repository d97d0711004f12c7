/**
 * The system as a whole, on a tiny pipeline of random weights: generation, serving, training, and
 * the architecture that keeps them apart.
 *
 * <p>Starting points: {@link io.diffusion4j.it.TinyPipeline}, which the tests get as a parameter;
 * {@link io.diffusion4j.it.ArchitectureTest}, the table of modules as rules.
 */
@NullMarked
package io.diffusion4j.it;

import org.jspecify.annotations.NullMarked;
