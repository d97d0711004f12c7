package io.diffusion4j.diffusion.filter;

import io.diffusion4j.diffusion.argument.Check;
import java.util.regex.Pattern;

/**
 * The degree to which a picture shows a concept.
 *
 * @param concept its name, as {@link #isName} accepts it
 * @param score finite; the larger, the stronger
 * @param threshold a picture with a larger score is refused; infinite for a score that only informs
 * @param lenient the threshold of requests with {@link Moderation#LOW}, at least {@code threshold}
 */
public record ConceptScore(String concept, double score, double threshold, double lenient) {
  /** Describes valid names of filters and concepts. */
  public static final String A_NAME =
      "a name of up to 64 letters, digits, dots, dashes and underscores";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  public ConceptScore {
    Check.that(isName(concept), "concept", concept, A_NAME);
    Check.that(Double.isFinite(score), "score", score, "a finite number");
    Check.that(threshold > Double.NEGATIVE_INFINITY, "threshold", threshold, "a number");
    Check.that(lenient >= threshold, "lenient", lenient, "≥ %s, the threshold", threshold);
  }

  /** Whether this is a valid name of a filter or a concept, which is a label of meters. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Returns a score with the same threshold for all requests. */
  public static ConceptScore of(String concept, double score, double threshold) {
    return new ConceptScore(concept, score, threshold, threshold);
  }

  /** Returns a score that never refuses. */
  public static ConceptScore informative(String concept, double score) {
    return of(concept, score, Double.POSITIVE_INFINITY);
  }

  /** Returns the threshold that applies. */
  public double threshold(Moderation moderation) {
    return moderation == Moderation.LOW ? lenient : threshold;
  }

  /**
   * Returns the excess of the score over its threshold; the picture is refused if it is positive.
   */
  public double excess(Moderation moderation) {
    return score - threshold(moderation);
  }
}
