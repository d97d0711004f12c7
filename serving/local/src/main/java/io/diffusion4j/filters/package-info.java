/**
 * Filters of drawn pictures: concepts that CLIP recognises, and the published safety checker.
 *
 * <p>A file describes a filter. This one refuses pictures of weapons, as the model's own CLIP sees
 * them:
 *
 * <pre>
 * name: house
 * concepts:
 *   - name: weapons
 *     texts: [a gun, a knife, a bomb]
 *     negative: [an animal, a face, food, a plant, a vehicle]
 *     threshold: 0.5
 *     low-threshold: 0.9
 * </pre>
 *
 * <p>A model opened with the file judges by it:
 *
 * <pre>{@code
 * var filter = FilterModule.read(Path.of("house.yaml"), Compute.of(Precision.FLOAT32));
 * try (var plugins = Plugins.ofClassPath().add(filter, "house.yaml");
 *     var open = OpenPipeline.of(folder, OpenOptions.with(Residency.ALWAYS), plugins)) {
 *   List<Image> images = open.pipeline().draw(task, Map.of(), noise, SamplingListener.NONE);
 *   var verdicts =
 *       open.pipeline().filters().judge(images, Moderation.AUTO, Filters.Listener.NONE);
 * }
 * }</pre>
 */
@NullMarked
package io.diffusion4j.filters;

import org.jspecify.annotations.NullMarked;
