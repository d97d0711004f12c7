/**
 * From a model folder to an {@link io.diffusion4j.diffusion.pipeline.ImagePipeline}.
 *
 * <p>A {@link io.diffusion4j.pipeline.ModelFamily} knows one layout of folders. The families are
 * found by {@link java.util.ServiceLoader}, so a new one is a module with an entry in {@code
 * META-INF/services}; the command line, the service and the evaluation open its folders without
 * knowing it:
 *
 * <pre>{@code
 * try (var plugins = Plugins.ofClassPath();
 *     var open = OpenPipeline.of(folder, Opening.with(Residency.ALWAYS), plugins)) {
 *   ImagePipeline pipeline = open.pipeline();
 *   List<Image> images =
 *       pipeline.draw(
 *           ImageTask.of("a red apple"),
 *           pipeline.defaults(ImageTask.Kind.TEXT_TO_IMAGE),
 *           PhiloxNoise.images(7, 1),
 *           SamplingListener.NONE);
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.pipeline.OpenPipeline} makes the one injector of a model: the family's
 * module, overridden by the modules of {@link io.diffusion4j.pipeline.Plugins}. A plugin binds any
 * of the family's open parts, for unCLIP a text encoder, a prior, an image encoder, a decoder, an
 * upsampler, or a rule for guidance, and adds samplers, spacings and treatments of x̂₀ under names:
 *
 * <pre>{@code
 * public final class MyParts extends AbstractModule {
 *   @Override
 *   protected void configure() {
 *     Prior prior = (draws, settings, listener) -> ...;
 *     bind(Prior.class).toInstance(prior);
 *     MapBinder.newMapBinder(binder(), String.class, Sampler.class)
 *         .addBinding("mine")
 *         .toInstance(new MySampler());
 *   }
 * }
 * }</pre>
 *
 * <p>A replaced part brings its own stage ({@code Prior.stage()}), is listed on the model's card,
 * and is guarded: if it throws, {@link io.diffusion4j.diffusion.pipeline.PluginException} names the
 * jar, the class and what was expected.
 *
 * <p>What is not here: networks, which the families open, and the queue and contract of the
 * service, which serves any pipeline.
 */
@NullMarked
package io.diffusion4j.pipeline;

import org.jspecify.annotations.NullMarked;
