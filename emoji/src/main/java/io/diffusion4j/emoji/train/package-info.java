/**
 * The emoji data set of the presets {@code emoji} and {@code tiny}.
 *
 * <p>{@link io.diffusion4j.emoji.train.EmojiPreset} is a preset file with its section {@code
 * emoji}; {@link io.diffusion4j.emoji.train.EmojiData} is the data set that the recipes in {@code
 * io.diffusion4j.training} train on:
 *
 * <pre>{@code
 * EmojiData data = EmojiData.of(EmojiPreset.emoji());
 * CaptionedImages pictures = data.examples(32, 7); // 32×32 pixels, seed 7
 * }</pre>
 *
 * <p>{@link io.diffusion4j.emoji.train.EmojiTechniques} lists the optional techniques, {@link
 * io.diffusion4j.emoji.train.Curriculum} is one of them. {@link
 * io.diffusion4j.emoji.train.PresetPictures} are pictures for examining a trained model.
 */
@NullMarked
package io.diffusion4j.emoji.train;

import org.jspecify.annotations.NullMarked;
