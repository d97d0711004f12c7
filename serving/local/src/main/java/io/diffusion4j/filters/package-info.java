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
 *     var open = OpenPipeline.of(folder, Opening.with(Residency.ALWAYS), plugins)) {
 *   List<Image> images = open.pipeline().draw(task, Map.of(), noise, SamplingListener.NONE);
 *   var verdicts =
 *       open.pipeline().filters().judge(images, Moderation.AUTO, Filters.Listener.NONE);
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.filters.FilterModule} reads the file, opens the networks that it
 *       names, and binds the filter. {@link io.diffusion4j.filters.FilterFile} is its content.
 *   <li>{@link io.diffusion4j.filters.ConceptFilter} scores {@link
 *       io.diffusion4j.filters.FilteredConcept}s by CLIP without training, by the model's own
 *       towers or by those of a folder.
 *   <li>{@link io.diffusion4j.filters.SafetyChecker} opens the folder {@code safety_checker} of
 *       Stable Diffusion; {@code SafetyScores} has its formula.
 * </ul>
 *
 * <p>{@code io.diffusion4j.diffusion.filter} and the service decide on the scores. Not here:
 * filters of prompts, classifiers that are trained for a concept, and the weights of the published
 * checker, which {@code diffusion4j pull} downloads. A filter of your own is an {@link
 * io.diffusion4j.diffusion.filter.ImageFilter} in a plugin.
 */
@NullMarked
package io.diffusion4j.filters;

import org.jspecify.annotations.NullMarked;
