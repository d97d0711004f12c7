/**
 * Scenes composed of emoji art, with exact descriptions. A caption and its picture come from the
 * same {@link io.diffusion4j.emoji.scene.Scene}, so the text is never wrong, and {@link
 * io.diffusion4j.emoji.scene.CaptionReader} converts it back.
 *
 * <p>{@link io.diffusion4j.emoji.scene.Splits} holds out a tenth of all combinations, such as a
 * thing and a background, by a hash of their names. {@link io.diffusion4j.emoji.scene.Observation}
 * measures background, number, sizes and relation of the things in any picture, without a network.
 */
@NullMarked
package io.diffusion4j.emoji.scene;

import org.jspecify.annotations.NullMarked;
