/**
 * The samplers, one file per method, all of them by name in {@link
 * io.diffusion4j.diffusion.solver.Samplers#standard}.
 */
@NullMarked
package io.diffusion4j.diffusion.solver;

import org.jspecify.annotations.NullMarked;
