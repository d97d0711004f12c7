/**
 * The raw material: what the emoji art shows, in which drawing styles, and its pixels.
 *
 * <p>Starting points: {@link io.diffusion4j.emoji.art.ConceptSet} (what may be drawn), {@link
 * io.diffusion4j.emoji.art.Style} (how), {@link io.diffusion4j.emoji.art.Sprites} (the pixels).
 */
@NullMarked
package io.diffusion4j.emoji.art;

import org.jspecify.annotations.NullMarked;
