/** A client of the generation service {@code diffusion4j.v1}. */
@NullMarked
package io.diffusion4j.client;

import org.jspecify.annotations.NullMarked;
