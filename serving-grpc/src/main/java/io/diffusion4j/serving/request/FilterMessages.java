package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.filter.ConceptScore;
import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.filter.Moderation;
import io.diffusion4j.diffusion.filter.Verdict;
import io.diffusion4j.diffusion.filter.Verdict.Scored;
import io.diffusion4j.serving.v1.FilterScore;
import io.diffusion4j.serving.v1.ImageRefusal;
import io.diffusion4j.serving.v1.ModelFilter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Filters and their verdicts as messages of the contract. */
public final class FilterMessages {
  private FilterMessages() {}

  /** Returns filters in the form of recipes and model lists. */
  public static List<ModelFilter> of(Filters filters) {
    return filters.all().stream()
        .map(f -> ModelFilter.newBuilder().setName(f.name()).setDigest(f.digest()).build())
        .toList();
  }

  /** Returns the moderation of a request. */
  static Moderation moderation(io.diffusion4j.serving.v1.Moderation asked) {
    return asked == io.diffusion4j.serving.v1.Moderation.MODERATION_LOW
        ? Moderation.LOW
        : Moderation.AUTO;
  }

  /** Returns the scores of an image with the thresholds that applied. */
  static List<FilterScore> of(Verdict verdict) {
    return verdict.scores().stream().map(scored -> of(scored, verdict.moderation())).toList();
  }

  private static FilterScore of(Scored scored, Moderation moderation) {
    ConceptScore score = scored.score();
    var message =
        FilterScore.newBuilder()
            .setFilter(scored.filter())
            .setConcept(score.concept())
            .setScore(score.score());
    double threshold = score.threshold(moderation);
    if (Double.isFinite(threshold)) {
      message.setThreshold(threshold);
    }
    return message.build();
  }

  /** Returns why an image was refused; empty if it was released. */
  static Optional<ImageRefusal> refusal(Verdict verdict) {
    return verdict
        .refusal()
        .map(
            scored ->
                ImageRefusal.newBuilder()
                    .setFilter(scored.filter())
                    .setConcept(scored.score().concept())
                    .setMessage(message(scored, verdict.moderation()))
                    .build());
  }

  /** Returns the refusal in words: {@code house/weapons: 0.973 (expected: at most 0.5)}. */
  public static String message(Scored scored, Moderation moderation) {
    return String.format(
        Locale.ROOT,
        "%s/%s: %s (expected: at most %s)",
        scored.filter(),
        scored.score().concept(),
        rounded(scored.score().score()),
        rounded(scored.score().threshold(moderation)));
  }

  private static String rounded(double value) {
    return String.format(Locale.ROOT, "%.4f", value).replaceAll("\\.?0+$", "");
  }
}
