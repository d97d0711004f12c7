/**
 * Spring AI's image model over the generation service, in this process or at a server.
 *
 * <p>Starting points: {@link io.diffusion4j.springai.Diffusion4jImageModel}; {@link
 * io.diffusion4j.springai.Diffusion4jImageOptions}, what can be asked of it.
 */
@NullMarked
package io.diffusion4j.springai;

import org.jspecify.annotations.NullMarked;
