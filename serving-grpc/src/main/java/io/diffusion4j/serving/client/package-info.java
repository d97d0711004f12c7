/**
 * The caller's side of the generation service.
 *
 * <p>Starting point: {@link io.diffusion4j.serving.client.GenerationClient}.
 */
@NullMarked
package io.diffusion4j.serving.client;

import org.jspecify.annotations.NullMarked;
