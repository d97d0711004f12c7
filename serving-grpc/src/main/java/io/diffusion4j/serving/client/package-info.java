/**
 * The caller's side of the generation service.
 *
 * <p>Starting points: {@link io.diffusion4j.serving.client.GenerationClient}, which asks; {@link
 * io.diffusion4j.serving.client.Requests}, what it asks.
 */
@NullMarked
package io.diffusion4j.serving.client;

import org.jspecify.annotations.NullMarked;
