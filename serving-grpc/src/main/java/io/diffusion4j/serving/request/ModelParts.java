package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.serving.v1.ModelPart;
import java.util.List;

/** The parts of a model that plugins replaced, as messages of the contract. */
public final class ModelParts {
  private ModelParts() {}

  /** Returns the replaced parts on a model card. */
  public static List<ModelPart> of(ModelCard card) {
    return card.identity().replaced().stream()
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
