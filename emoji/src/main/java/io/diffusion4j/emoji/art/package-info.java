/**
 * The drawings: concepts, styles, and their pixels.
 *
 * <p>A {@link io.diffusion4j.emoji.art.Concept} is something that an emoji depicts, with its label,
 * keywords and group in Unicode. A {@link io.diffusion4j.emoji.art.Style} is one complete set of
 * drawings under a free licence, by one group of artists. Not every concept is drawn in every
 * style. A {@link io.diffusion4j.emoji.art.ConceptSet} is a fixed list of concepts, such as {@code
 * ConceptSet.core()}, or one of your own by labels or groups.
 *
 * <pre>{@code
 * Sprites sprites = Sprites.load(ConceptSet.core(), Set.of(Style.NOTO), 128);
 * Concept first = ConceptSet.core().concepts().get(0);
 * if (first.isDrawnIn(Style.NOTO)) {
 *   Sprite sprite = sprites.get(first, Style.NOTO); // cut to its visible part
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.emoji.art.Sprites} rasterises the drawings once. The results are cached
 * in the user's cache folder, in a file that contains the digest of its inputs; a stale, truncated
 * or altered file is rejected and made again. A {@link io.diffusion4j.emoji.art.Sprite} has
 * premultiplied pixels with transparency, so that it can be placed on any background.
 *
 * <p>The digest of all pixels, {@link io.diffusion4j.emoji.art.Sprites#fingerprint}, is recorded in
 * checkpoints. So a model's file shows whether it was trained on the same pixels.
 *
 * <p>The drawings come from the Iconify jars on the class path; nothing is downloaded. Scenes with
 * several things, backgrounds and captions are composed in {@code io.diffusion4j.emoji.scene}.
 */
@NullMarked
package io.diffusion4j.emoji.art;

import org.jspecify.annotations.NullMarked;
