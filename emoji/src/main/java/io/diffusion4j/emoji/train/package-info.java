/**
 * The emoji data set of the presets {@code emoji} and {@code tiny}.
 *
 * <p>{@link io.diffusion4j.emoji.train.EmojiPreset} is a preset file with its section {@code
 * emoji}: sizes and schedules of the networks, and the settings of the data. {@link
 * io.diffusion4j.emoji.train.EmojiData} is the data set that the recipes in {@code
 * io.diffusion4j.training} train on:
 *
 * <pre>{@code
 * EmojiData data = EmojiData.of(EmojiPreset.emoji());
 * CaptionedImages pictures = data.examples(32, 7); // 32×32 pixels, seed 7
 * }</pre>
 *
 * <p>The data set is endless and stores nothing: a picture and its caption are a pure function of
 * (seed, index). So a resumed training continues with the same pictures, and several processes need
 * no coordination.
 *
 * <ul>
 *   <li>{@link io.diffusion4j.emoji.train.EmojiSettings} contains the concepts, and the kinds of
 *       scenes with their frequencies.
 *   <li>{@link io.diffusion4j.emoji.train.EmojiTechniques} lists the optional techniques, which
 *       {@code train --technique} switches on. {@link io.diffusion4j.emoji.train.Curriculum} is one
 *       of them: training begins with a few concepts and doubles their number.
 *   <li>{@link io.diffusion4j.emoji.train.PresetPictures} are pictures for examining a trained
 *       model, in any split. Its pairs show two things in a relation and the same two exchanged, to
 *       check whether the text is read.
 * </ul>
 *
 * <p>Held-out combinations never appear in training, because {@link
 * io.diffusion4j.emoji.scene.Splits} decides by content. The drawings and the scenes are in {@code
 * io.diffusion4j.emoji.art} and {@code io.diffusion4j.emoji.scene}. For your own pictures, use
 * {@code io.diffusion4j.data.files} instead; the recipes accept any {@code DataSet}.
 */
@NullMarked
package io.diffusion4j.emoji.train;

import org.jspecify.annotations.NullMarked;
