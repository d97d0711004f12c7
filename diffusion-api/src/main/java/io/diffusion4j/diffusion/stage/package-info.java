/**
 * The stages of a pipeline: a diffusion model that is ready for sampling, and its description for
 * callers.
 *
 * <p>A stage starts from Gaussian noise x_T and follows a plan of steps down to a clean sample x₀.
 * Its description is separate from its network, so that callers can list, check and plan without
 * one:
 *
 * <pre>{@code
 * var course =
 *     new StageKind.Denoising(
 *         new CosineSchedule(1000),
 *         TimestepSpacings.LEADING,
 *         Thresholding.clip(1),
 *         new StageChoices(Samplers.standard(), "ddim", 50));
 * Stage stage = Stage.denoising("decoder", course).withDraws(Pixels.square(64));
 * SamplingSettings few = stage.defaults().withSteps(20);
 * stage.check(few); // an exception explains why settings are invalid
 *
 * var network = DiffusionStage.of(stage, denoiser, 64 * 64 * 3);
 * List<float[]> drawn =
 *     network.sample(
 *         List.of(new Draw<>("a red apple", new PhiloxNoise(7, 0))),
 *         few,
 *         at -> System.out.println(at.stage() + ": " + at.step() + " of " + at.steps()));
 * }</pre>
 *
 * <p>The name of a stage addresses its noise. Two stages with different names draw independent
 * noise from one seed, and a renamed stage draws other images.
 */
@NullMarked
package io.diffusion4j.diffusion.stage;

import org.jspecify.annotations.NullMarked;
