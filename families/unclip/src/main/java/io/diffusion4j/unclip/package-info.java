/**
 * unCLIP (Ramesh et al. 2022): a pipeline folder in diffusers' layout, loaded and wired.
 *
 * <p>{@link io.diffusion4j.unclip.UnclipFolder} states each component as a row. {@link
 * io.diffusion4j.unclip.UnclipModel} loads CLIP, the priors, the decoder and the upsampler of a
 * folder; most programs open it by {@link io.diffusion4j.pipeline.OpenPipeline} instead, wired by
 * {@link io.diffusion4j.unclip.UnclipModule}.
 *
 * <p>The networks are in the modules {@code clip}, {@code prior} and {@code decoder}.
 */
@NullMarked
package io.diffusion4j.unclip;

import org.jspecify.annotations.NullMarked;
