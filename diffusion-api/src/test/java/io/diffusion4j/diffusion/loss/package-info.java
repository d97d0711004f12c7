/** The losses as laws, and held to the reference implementation. */
@NullMarked
package io.diffusion4j.diffusion.loss;

import org.jspecify.annotations.NullMarked;
