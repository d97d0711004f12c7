/**
 * unCLIP as a whole: a folder in diffusers' layout, loaded by {@link
 * io.diffusion4j.unclip.UnclipModel} and wired by {@link io.diffusion4j.unclip.UnclipModule}.
 */
@NullMarked
package io.diffusion4j.unclip;

import org.jspecify.annotations.NullMarked;
