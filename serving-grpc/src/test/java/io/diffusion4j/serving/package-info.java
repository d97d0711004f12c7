/**
 * The service against the laws of its contract, with a toy model behind it.
 *
 * <p>Starting points: {@link io.diffusion4j.serving.ToyModel}, {@link
 * io.diffusion4j.serving.TestServer}.
 */
@NullMarked
package io.diffusion4j.serving;

import org.jspecify.annotations.NullMarked;
