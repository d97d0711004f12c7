/**
 * The drawings: concepts, styles, and their pixels.
 *
 * <p>A {@link io.diffusion4j.emoji.art.Concept} is something that an emoji depicts, a {@link
 * io.diffusion4j.emoji.art.Style} is one complete set of drawings under a free licence. {@link
 * io.diffusion4j.emoji.art.Sprites} rasterises the drawings of a {@link
 * io.diffusion4j.emoji.art.ConceptSet} once, and caches them in the user's cache folder.
 *
 * <pre>{@code
 * Sprites sprites = Sprites.load(ConceptSet.core(), Set.of(Style.NOTO), 128);
 * }</pre>
 *
 * <p>The digest of all pixels, {@link io.diffusion4j.emoji.art.Sprites#fingerprint}, is recorded in
 * checkpoints.
 */
@NullMarked
package io.diffusion4j.emoji.art;

import org.jspecify.annotations.NullMarked;
