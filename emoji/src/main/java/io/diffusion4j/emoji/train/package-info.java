/**
 * Emoji art as a data set to train on, and its presets.
 *
 * <p>{@link io.diffusion4j.emoji.train.EmojiData} is the data set, {@link
 * io.diffusion4j.emoji.train.EmojiPreset} sizes and schedules together with what is drawn:
 *
 * <pre>{@code
 * EmojiPreset preset = EmojiPreset.tiny();
 * var recipe = new Recipe(preset.sizes(), Path.of("model"), Path.of("state"));
 * var setup = PartSetup.of(Part.CLIP, EmojiData.of(preset)).with("captions", "plain");
 * recipe.train(setup, recipe.config(Part.CLIP), 100, observer);
 * }</pre>
 *
 * <p>The files of the presets {@code emoji} and {@code tiny} are resources of this package.
 */
@NullMarked
package io.diffusion4j.emoji.train;

import org.jspecify.annotations.NullMarked;
