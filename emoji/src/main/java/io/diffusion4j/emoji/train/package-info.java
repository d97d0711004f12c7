/**
 * The emoji data set of the presets {@code emoji}, {@code emoji-2} and {@code tiny}. {@link
 * io.diffusion4j.emoji.train.EmojiPreset} is a preset file with its section {@code emoji}, the
 * settings of the data; {@link io.diffusion4j.emoji.train.EmojiData} is the data set that training
 * runs take.
 *
 * <p>The data set is endless and stores nothing: a picture and its caption are a pure function of
 * (seed, index). So a resumed training continues with the same pictures, and several processes need
 * no coordination.
 */
@NullMarked
package io.diffusion4j.emoji.train;

import org.jspecify.annotations.NullMarked;
