package io.diffusion4j.filters;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.checkpoint.strict.RecordFile;
import io.diffusion4j.diffusion.filter.ConceptScore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a filter, from a file in YAML or JSON. Either {@code concepts} or {@code
 * safetyChecker} is given.
 *
 * @param name the name of the filter, in responses and meters
 * @param concepts the concepts that pictures must not show
 * @param clip the folder of the CLIP for the concepts; the model's own unless given
 * @param safetyChecker the folder of a published safety checker
 * @param threshold the threshold of the safety checker; 0, as published, unless given
 * @param lowThreshold the low threshold of the safety checker for requests with low moderation; as
 *     {@code threshold} unless given
 */
public record FilterFile(
    String name,
    @Nullable List<FilteredConcept> concepts,
    @Nullable String clip,
    @Nullable String safetyChecker,
    @Nullable Double threshold,
    @Nullable Double lowThreshold) {
  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException with all faults
   */
  public FilterFile {
    Set<String> names = new HashSet<>();
    if (concepts != null) {
      concepts = List.copyOf(concepts);
      concepts.forEach(concept -> names.add(concept.name()));
    }
    boolean checker = safetyChecker != null;
    new Faults()
        .require(ConceptScore.isName(name), "name", name, ConceptScore.A_NAME)
        .require(
            checker ? concepts == null : concepts != null && !concepts.isEmpty(),
            "concepts",
            concepts == null ? "none" : concepts.size(),
            checker ? "none beside safety-checker" : "at least one, or safety-checker")
        .require(
            concepts == null || names.size() == concepts.size(),
            "concepts",
            "two with one name",
            "a name of its own for each")
        .require(!checker || clip == null, "clip", clip + "", "none beside safety-checker")
        .require(
            checker || (threshold == null && lowThreshold == null),
            "threshold",
            "without safety-checker",
            "in each of the concepts")
        .throwIfAny();
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException with all faults of its content
   */
  public static FilterFile read(Path file) throws IOException {
    RecordFile content = RecordFile.read(file);
    var read = content.takeAll(FilterFile.class);
    content.end();
    return read.orElseThrow(); // otherwise there was a fault
  }
}
