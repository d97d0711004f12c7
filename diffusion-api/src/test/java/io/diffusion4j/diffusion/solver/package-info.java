/** The laws of samplers, and their parity with the reference implementations. */
@NullMarked
package io.diffusion4j.diffusion.solver;

import org.jspecify.annotations.NullMarked;
