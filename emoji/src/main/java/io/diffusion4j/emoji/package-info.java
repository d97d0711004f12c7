/**
 * Emoji art with captions as training data.
 *
 * <p>Starting point: {@link io.diffusion4j.emoji.EmojiDataset}.
 */
@NullMarked
package io.diffusion4j.emoji;

import org.jspecify.annotations.NullMarked;
