/**
 * Emoji art with captions as training data. {@link io.diffusion4j.emoji.EmojiDataset} is an endless
 * series of captioned pictures; example <i>i</i> is a pure function of the settings and <i>i</i>:
 *
 * <pre>{@code
 * var settings =
 *     new EmojiDataset.Settings(
 *         ConceptSet.core(),
 *         SceneMix.mostlyCentred(),
 *         CaptionMix.standard(),
 *         SceneSplit.TRAIN,
 *         64, // pixels
 *         7); // seed
 * var example = EmojiDataset.open(settings, 128).get(0);
 * }</pre>
 */
@NullMarked
package io.diffusion4j.emoji;

import org.jspecify.annotations.NullMarked;
