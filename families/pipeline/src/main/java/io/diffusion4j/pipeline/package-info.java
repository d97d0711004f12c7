/**
 * Opens model folders as image pipelines, with the parts of plugins.
 *
 * <p>{@link io.diffusion4j.pipeline.OpenPipeline} opens a folder of any known family as an {@link
 * io.diffusion4j.diffusion.pipeline.ImagePipeline}:
 *
 * <pre>{@code
 * try (var plugins = Plugins.of(List.of());
 *     var open =
 *         OpenPipeline.of(Path.of("emoji/model"), Opening.with(Residency.ALWAYS), plugins)) {
 *   List<Image> images =
 *       open.pipeline()
 *           .draw(
 *               ImageTask.of("a red apple"),
 *               Map.of(),
 *               PhiloxNoise.images(7, 4),
 *               SamplingListener.NONE);
 * }
 * }</pre>
 *
 * <ul>
 *   <li>An {@link io.diffusion4j.pipeline.Opening} has the settings: engine, threads, number
 *       format, residency, prior, low-rank updates and guides.
 *   <li>A {@link io.diffusion4j.pipeline.ModelFamily} recognises its folders, reports their
 *       failures and opens their networks. Families are found by the service loader.
 *   <li>{@link io.diffusion4j.pipeline.Plugins} are Guice modules of the user. A plugin replaces a
 *       part by one binding, adds samplers, spacings and treatments of x̂₀ under names, or adds to
 *       the set of {@link io.diffusion4j.diffusion.filter.ImageFilter}s. {@link
 *       io.diffusion4j.pipeline.Replacements} guards replaced parts, so that a failure names the
 *       plugin.
 *   <li>{@link io.diffusion4j.pipeline.Parts} holds the networks in memory, all of them or one at a
 *       time, by {@link io.diffusion4j.pipeline.Residency}.
 *   <li>{@link io.diffusion4j.pipeline.FolderReport} examines a folder without reading weights,
 *       even one that cannot be loaded. {@link io.diffusion4j.pipeline.FolderDigest} identifies the
 *       files that the images depend on.
 * </ul>
 *
 * <p>This is the only package that creates a Guice injector for a model. Queues and requests are in
 * the service ({@code io.diffusion4j.serving}); the families are in the modules {@code unclip},
 * {@code glide}, {@code ddpm} and {@code kandinsky}.
 */
@NullMarked
package io.diffusion4j.pipeline;

import org.jspecify.annotations.NullMarked;
