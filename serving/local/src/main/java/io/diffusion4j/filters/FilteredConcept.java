package io.diffusion4j.filters;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.diffusion.filter.ConceptScore;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A concept that pictures must not show.
 *
 * @param name the name in responses and meters
 * @param texts descriptions of pictures that show it, such as {@code a gun}
 * @param negative descriptions of pictures that do not, the alternatives that CLIP chooses from
 * @param threshold a picture is refused if it is more probable that one of {@code texts} describes
 *     it; in (0, 1)
 * @param lowThreshold the threshold of requests with low moderation, at least {@code threshold}; as
 *     {@code threshold} unless given
 */
public record FilteredConcept(
    String name,
    List<String> texts,
    List<String> negative,
    double threshold,
    @Nullable Double lowThreshold) {
  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException with all faults
   */
  public FilteredConcept {
    texts = List.copyOf(texts);
    negative = List.copyOf(negative);
    List<String> all = Stream.concat(texts.stream(), negative.stream()).toList();
    new Faults()
        .require(ConceptScore.isName(name), "name", name, ConceptScore.A_NAME)
        .require(!texts.isEmpty(), "texts", "none", "at least one")
        .require(!negative.isEmpty(), "negative", "none", "at least one, such as an empty picture")
        .require(all.stream().noneMatch(String::isBlank), "texts", "an empty one", "words")
        .require(all.stream().distinct().count() == all.size(), "texts", all, "each text once")
        .require(threshold > 0 && threshold < 1, "threshold", threshold, "in (0, 1)")
        .require(
            lowThreshold == null || (lowThreshold >= threshold && lowThreshold <= 1),
            "low-threshold",
            String.valueOf(lowThreshold),
            "in [threshold, 1]")
        .throwIfAny();
  }

  double lenient() {
    return lowThreshold == null ? threshold : lowThreshold;
  }
}
