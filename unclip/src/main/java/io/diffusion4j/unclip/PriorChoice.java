package io.diffusion4j.unclip;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.Opening;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which of the two priors of DALL-E 2 draws the image embeddings of a model. */
public enum PriorChoice {
  /** The one that every pipeline of texts has. */
  DIFFUSION,
  /** The one that a pipeline may have beside. */
  AR;

  /** The prior that a model is opened with. */
  static PriorChoice of(Opening how) {
    return how.prior().map(PriorChoice::named).orElse(DIFFUSION);
  }

  /** As it is asked for: {@code ar}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a component of a pipeline belongs to another prior than this. */
  boolean passesOver(String component) {
    return switch (this) {
      case DIFFUSION -> component.equals(UnclipFolder.PRIOR_AR);
      case AR ->
          component.equals(UnclipFolder.PRIOR) || component.equals(UnclipFolder.PRIOR_SCHEDULER);
    };
  }

  /** Whether there is a prior of this name. */
  public static boolean isKnown(String word) {
    return Arrays.stream(values()).anyMatch(choice -> choice.word().equals(word));
  }

  /**
   * The prior of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static PriorChoice named(String word) {
    return Arrays.stream(values())
        .filter(choice -> choice.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                Check.refusal(
                    "prior",
                    word,
                    "one of %s",
                    Arrays.stream(values())
                        .map(PriorChoice::word)
                        .collect(Collectors.joining(", "))));
  }
}
