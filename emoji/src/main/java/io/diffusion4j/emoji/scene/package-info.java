/**
 * Scenes composed of emoji art, with exact descriptions.
 *
 * <p>A {@link io.diffusion4j.emoji.scene.Scene} has a subject (one thing, several, or two in a
 * relation), a style, a tint, a background and placements. {@link
 * io.diffusion4j.emoji.scene.SceneSampler} draws scenes of a {@link
 * io.diffusion4j.emoji.scene.Split}, {@link io.diffusion4j.emoji.scene.SceneRenderer} renders them,
 * and {@link io.diffusion4j.emoji.scene.Captioner} describes them:
 *
 * <pre>{@code
 * String caption = Captioner.factual(dataset.scene(0)); // "three tiny owls on a red background, …"
 * }</pre>
 *
 * <p>{@link io.diffusion4j.emoji.scene.Observation} is the inverse for pixels: it measures the
 * background, the number, the sizes and the relation of the things in any picture, without a
 * network. Evaluation uses it to check generated pictures.
 */
@NullMarked
package io.diffusion4j.emoji.scene;

import org.jspecify.annotations.NullMarked;
