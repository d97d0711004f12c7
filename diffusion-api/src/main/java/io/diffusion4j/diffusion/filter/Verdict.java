package io.diffusion4j.diffusion.filter;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The result of all filters for one picture.
 *
 * @param scores the scores in the order of the filters
 * @param moderation the moderation that decides which thresholds apply
 */
public record Verdict(List<Scored> scores, Moderation moderation) {
  public Verdict {
    scores = List.copyOf(scores);
  }

  /**
   * A score, and the filter that it is from.
   *
   * @param filter its name
   */
  public record Scored(String filter, ConceptScore score) {}

  /** Returns the score that is farthest above its threshold; empty if the picture is released. */
  public Optional<Scored> refusal() {
    return scores.stream()
        .filter(scored -> scored.score().excess(moderation) > 0)
        .max(Comparator.comparingDouble(scored -> scored.score().excess(moderation)));
  }

  /** Whether the picture may leave the process. */
  public boolean isReleased() {
    return refusal().isEmpty();
  }
}
