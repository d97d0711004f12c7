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
 * <p>A caption and its picture come from the same scene, so the text is never wrong, and a test can
 * parse it: {@link io.diffusion4j.emoji.scene.CaptionReader} converts a caption back to its scene.
 * {@link io.diffusion4j.emoji.scene.SceneMix} sets the frequency of each kind of scene; {@link
 * io.diffusion4j.emoji.scene.CaptionMix} varies the wording.
 *
 * <p>{@link io.diffusion4j.emoji.scene.Splits} holds out combinations, such as a thing and a
 * background, by a hash of their names: a tenth of all combinations is never trained on, and anyone
 * can recompute which. A test split contains scenes with exactly one held-out combination, so it
 * measures that combination and nothing else.
 *
 * <p>{@link io.diffusion4j.emoji.scene.Observation} is the inverse for pixels: it measures the
 * background, the number, the sizes and the relation of the things in any picture, without a
 * network. Evaluation uses it to check generated pictures.
 */
@NullMarked
package io.diffusion4j.emoji.scene;

import org.jspecify.annotations.NullMarked;
