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
 *         X0Treatment.clip(1),
 *         new Choices(Samplers.standard(), "ddim", 50));
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
 * <h2>The description</h2>
 *
 * <ul>
 *   <li>A {@link io.diffusion4j.diffusion.stage.Stage} has a name, its guidance, the sizes of its
 *       images, and a {@link io.diffusion4j.diffusion.stage.StageKind}: it denoises, or it takes a
 *       fixed number of steps. A stage of the second kind refuses a sampler instead of ignoring it.
 *   <li>{@link io.diffusion4j.diffusion.stage.Choices} contains the named options of a stage that
 *       denoises, and the default sampler and number of steps.
 *   <li>{@link io.diffusion4j.diffusion.stage.Pixels} is the size of an image; {@link
 *       io.diffusion4j.diffusion.stage.Sizes} contains the sizes that a stage supports.
 *   <li>{@link io.diffusion4j.diffusion.stage.SamplingSettings} contains the choices of one
 *       request.
 *   <li>A {@link io.diffusion4j.diffusion.stage.StageSetting} is one such choice as a row: name,
 *       type, limits, default and effect. {@link io.diffusion4j.diffusion.stage.StageSettings} has
 *       those of every stage; a stage may have others.
 * </ul>
 *
 * <h2>The computation</h2>
 *
 * <ul>
 *   <li>A {@link io.diffusion4j.diffusion.stage.DiffusionStage} is a {@link
 *       io.diffusion4j.diffusion.denoiser.Denoiser} with its noise schedule. It advances all
 *       samples together, with one call of the network for each step of the plan.
 *   <li>A {@link io.diffusion4j.diffusion.stage.Draw} is one sample: its condition, its noise and
 *       its {@link io.diffusion4j.diffusion.stage.Projection}, which changes the sample between
 *       steps. Image to image and inpainting are projections.
 *   <li>A {@link io.diffusion4j.diffusion.stage.SamplingListener} receives the progress and the
 *       estimates x̂₀. It stops the sampling by an exception.
 * </ul>
 *
 * <p>The name of a stage addresses its noise. Two stages with different names draw independent
 * noise from one seed, and a renamed stage draws other images.
 *
 * <p>Not here: the formulas of a step, which are in {@code sampling} and {@code solver}; guidance,
 * which is a denoiser around a denoiser ({@code guidance}); and the order of the stages of a model,
 * which is in {@code pipeline}.
 */
@NullMarked
package io.diffusion4j.diffusion.stage;

import org.jspecify.annotations.NullMarked;
