package io.diffusion4j.training;

import java.util.Collection;
import java.util.SortedMap;

/**
 * How a part is trained, where there is a choice: what the two trainings of an ablation differ in.
 * Each part has a record of its own, whose components have the names of the command line.
 */
public sealed interface Techniques
    permits ClipTechniques,
        PriorTechniques,
        AutoregressiveTechniques,
        DecoderTechniques,
        UpsamplerTechniques {
  /** The techniques of the models that ship. */
  static Techniques of(Part part) {
    return switch (part) {
      case CLIP -> new ClipTechniques();
      case PRIOR -> PriorTechniques.standard();
      case PRIOR_AR -> AutoregressiveTechniques.standard();
      case DECODER -> DecoderTechniques.standard();
      case UPSAMPLER, UPSAMPLER_LAST -> UpsamplerTechniques.standard();
    };
  }

  /** All of them, by the names of the command line. */
  SortedMap<String, String> values();

  /**
   * The same with one of them changed.
   *
   * @param name one of those of {@link #values}
   * @throws IllegalArgumentException if there is no such name or no such value
   */
  Techniques with(String name, String value);

  /** The refusal of a name. */
  static IllegalArgumentException unknown(String name, Collection<String> known) {
    String expected = known.isEmpty() ? "none" : "one of " + String.join(", ", known);
    return new IllegalArgumentException("technique: " + name + " (expected: " + expected + ")");
  }
}
