/**
 * Emoji art with captions as training data.
 *
 * <p>{@link io.diffusion4j.emoji.EmojiDataset} is an endless series of captioned pictures. Example
 * <i>i</i> is a pure function of the settings and <i>i</i>, so a training can resume at any
 * example:
 *
 * <pre>{@code
 * var settings =
 *     new EmojiDataset.Settings(
 *         ConceptSet.core(),
 *         SceneMix.mostlyCentred(),
 *         CaptionMix.standard(),
 *         Split.TRAIN,
 *         64, // pixels
 *         7); // seed
 * var example = EmojiDataset.open(settings, 128).get(0);
 * }</pre>
 *
 * <ul>
 *   <li>{@code art} reads the drawings and rasterises them to sprites.
 *   <li>{@code scene} composes scenes, renders them, and describes them in English. Held-out
 *       combinations of concept and style, colour, number or relation are test splits.
 *   <li>{@code train} makes the data sets of the presets.
 * </ul>
 *
 * <p>The pictures are drawings on a plain background: photographs are not part of this data set.
 * For pictures of users, see {@code io.diffusion4j.data.files}.
 */
@NullMarked
package io.diffusion4j.emoji;

import org.jspecify.annotations.NullMarked;
