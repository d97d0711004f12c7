package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.pipeline.ReplacedPart;
import io.diffusion4j.serving.v1.ModelPart;
import io.diffusion4j.serving.v1.StageOptions;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The parts of a model that plugins replaced, as messages of the contract. */
public final class ModelParts {
  private ModelParts() {}

  /** Returns the replaced parts on a model card, and what plugins added under names. */
  public static List<ModelPart> of(ModelCard card) {
    return of(card, part -> true);
  }

  /** Returns the parts on a model card that draw a request with these options. */
  static List<ModelPart> of(ModelCard card, Collection<StageOptions> options) {
    Set<String> used = new HashSet<>();
    for (StageOptions stage : options) {
      used.add("sampler " + stage.getSampler());
      used.add("schedule " + stage.getSchedule());
      used.add("thresholding " + stage.getThresholding());
    }
    return of(card, part -> !part.isNamed() || used.contains(part.kind()));
  }

  private static List<ModelPart> of(ModelCard card, Predicate<ReplacedPart> which) {
    return card.identity().replaced().stream()
        .filter(which)
        .map(
            part ->
                ModelPart.newBuilder()
                    .setKind(part.kind())
                    .setModule(part.module())
                    .setPlugin(part.origin())
                    .setDigest(part.digest())
                    .build())
        .toList();
  }
}
