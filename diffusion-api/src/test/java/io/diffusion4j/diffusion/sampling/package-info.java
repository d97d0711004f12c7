/** The laws of samplers, and their parity with the reference implementations. */
@NullMarked
package io.diffusion4j.diffusion.sampling;

import org.jspecify.annotations.NullMarked;
