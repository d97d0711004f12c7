package io.diffusion4j.unclip;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.OpenOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The choice between the two priors of DALL-E 2. */
public enum PriorChoice {
  /** The prior that every text-to-image pipeline has. */
  DIFFUSION,
  /** The prior that a pipeline may have in addition. */
  AR;

  private static final String ECLIPSE = "eclipse";

  /**
   * Returns the prior that a model is opened with; a one-pass prior takes the place of the
   * diffusion prior.
   */
  static PriorChoice of(OpenOptions how) {
    return how.prior()
        .filter(
            word -> isKnown(word) || !(word.equals(ECLIPSE) || Files.isDirectory(Path.of(word))))
        .map(PriorChoice::named)
        .orElse(DIFFUSION);
  }

  /**
   * Returns the folder of the one-pass prior that a model is opened with; empty for a prior in the
   * model's own folder.
   *
   * @throws IllegalArgumentException if the folder has no such prior
   */
  static Optional<Path> onePass(Path model, OpenOptions how) {
    Optional<Path> folder =
        how.prior()
            .filter(word -> !isKnown(word))
            .map(
                word ->
                    word.equals(ECLIPSE)
                        ? model.resolve(UnclipFolder.PRIOR_ECLIPSE)
                        : Path.of(word));
    folder.ifPresent(
        path ->
            Check.that(
                Files.isDirectory(path),
                "prior",
                how.prior().orElse(""),
                "a prior of one pass in %s",
                path));
    return folder;
  }

  /** Returns the name in requests: {@code ar}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a component of a pipeline belongs to another prior. */
  boolean passesOver(String component) {
    var others =
        switch (this) {
          case DIFFUSION -> Set.of(UnclipFolder.PRIOR_AR, UnclipFolder.PRIOR_ECLIPSE);
          case AR ->
              Set.of(UnclipFolder.PRIOR, UnclipFolder.PRIOR_SCHEDULER, UnclipFolder.PRIOR_ECLIPSE);
        };
    return others.contains(component);
  }

  /** Whether there is a prior of this name. */
  public static boolean isKnown(String word) {
    return Arrays.stream(values()).anyMatch(choice -> choice.word().equals(word));
  }

  /**
   * Returns the prior of this name.
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
