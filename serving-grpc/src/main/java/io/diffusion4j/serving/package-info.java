/**
 * The generation service over gRPC: requests become jobs, jobs wait in a bounded queue, workers
 * draw their images batch by batch, and the caller sees every step.
 *
 * <p>Nothing here knows how images are made; a model is an {@link
 * io.diffusion4j.serving.ImageEngine}.
 *
 * <p>Starting points: {@link io.diffusion4j.serving.ServingModule}, which says what a server needs;
 * {@link io.diffusion4j.serving.DiffusionServer}, which runs it; {@link
 * io.diffusion4j.serving.client.GenerationClient}, which asks one.
 */
@NullMarked
package io.diffusion4j.serving;

import org.jspecify.annotations.NullMarked;
