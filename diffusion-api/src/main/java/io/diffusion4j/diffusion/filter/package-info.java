/**
 * Filters score the contents of a picture before it leaves the process, and refuse pictures that
 * must not leave.
 *
 * <p>A refused picture is a result and not an error: its verdict has the scores, the caller gets
 * them in the response, and there are no pixels.
 *
 * <pre>{@code
 * ImageFilter dark = // refuses pictures whose first value is nearly black
 *     new ImageFilter() {
 *       public String name() {
 *         return "dark";
 *       }
 *
 *       public List<List<ConceptScore>> score(List<Image> images) {
 *         return images.stream()
 *             .map(image -> List.of(ConceptScore.of("black", -image.pixels()[0], 0.95)))
 *             .toList();
 *       }
 *     };
 * List<Verdict> verdicts =
 *     new Filters(List.of(dark)).judge(images, Moderation.AUTO, Filters.Listener.NONE);
 * }</pre>
 */
@NullMarked
package io.diffusion4j.diffusion.filter;

import org.jspecify.annotations.NullMarked;
