/**
 * Opens model folders of any family as image pipelines, with the parts of plugins. This is the only
 * package that creates a Guice injector for a model.
 *
 * <pre>{@code
 * try (var plugins = Plugins.of(List.of());
 *     var open =
 *         OpenPipeline.of(Path.of("emoji/model"), OpenOptions.with(Residency.ALWAYS), plugins)) {
 *   Map<String, SamplingSettings> defaults = Map.of();
 *   open.pipeline()
 *       .draw(ImageTask.of("a red apple"), defaults, PhiloxNoise.images(7, 4), SamplingListener.NONE);
 * }
 * }</pre>
 *
 * <p>A {@link io.diffusion4j.pipeline.ModelFamily}, found by the service loader, recognises its
 * folders and opens their networks; what it consists of is a list of {@link
 * io.diffusion4j.pipeline.Component}s.
 */
@NullMarked
package io.diffusion4j.pipeline;

import org.jspecify.annotations.NullMarked;
