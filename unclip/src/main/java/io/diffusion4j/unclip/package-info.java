/**
 * unCLIP as a whole: a pipeline folder in diffusers' layout, loaded and wired.
 *
 * <p>Starting points: {@link io.diffusion4j.unclip.UnclipModel}, the networks of a folder; {@link
 * io.diffusion4j.unclip.UnclipModule}, the pipeline around them.
 */
@NullMarked
package io.diffusion4j.unclip;

import org.jspecify.annotations.NullMarked;
