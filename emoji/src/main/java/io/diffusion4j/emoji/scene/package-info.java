/**
 * Pictures composed of emoji art, exactly described: what is drawn, in words and in pixels, and
 * what is kept back so that evaluation is honest.
 *
 * <p>Starting points: {@link io.diffusion4j.emoji.scene.Scene} (what is drawn), {@link
 * io.diffusion4j.emoji.scene.SceneSampler} (which scenes there are), {@link
 * io.diffusion4j.emoji.scene.SceneRenderer} and {@link io.diffusion4j.emoji.scene.Captioner} (its
 * pixels and its words), {@link io.diffusion4j.emoji.scene.Splits} (what is held out).
 */
@NullMarked
package io.diffusion4j.emoji.scene;

import org.jspecify.annotations.NullMarked;
