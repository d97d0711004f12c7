/**
 * Words as numbers.
 *
 * <p>Starting point: {@link io.diffusion4j.diffusion.text.TextEncoder}.
 */
@NullMarked
package io.diffusion4j.diffusion.text;

import org.jspecify.annotations.NullMarked;
