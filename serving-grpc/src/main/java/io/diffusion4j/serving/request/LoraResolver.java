package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.pipeline.AppliedLora;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.LoraChoice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A resolver of the low-rank updates (LoRA) of a request and of the model variant with them. */
final class LoraResolver {
  /** The largest number of updates in one request. */
  private static final int MAX = 8;

  /** The largest absolute scale; with larger ones, images are noise. */
  private static final double MAX_SCALE = 8;

  private LoraResolver() {}

  /**
   * Returns the variant of the model with the requested updates. Replaces the updates in the
   * request by the updates of the variant, each with name, digest and scale.
   *
   * @param violations the list to which faults of the updates are added; with faults, the model
   *     itself is returned
   */
  static ImagePipeline resolve(
      GenerateImagesRequest.Builder request, ImagePipeline model, Violations violations) {
    Map<String, String> registered = model.registeredLoras();
    List<AppliedLora> asked = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int before = request.getLorasCount();
    if (before > MAX) {
      violations.add("loras", before + " updates", "at most " + MAX);
    }
    for (int i = 0; i < before; i++) {
      LoraChoice choice = request.getLoras(i);
      String field = "loras[" + i + "]";
      String digest = registered.get(choice.getName());
      double scale = choice.hasScale() ? choice.getScale() : 1;
      if (digest == null) {
        violations.add(
            field + ".name",
            Errors.quote(choice.getName()),
            registered.isEmpty()
                ? "none; the model has no registered updates"
                : "one of " + String.join(", ", registered.keySet().stream().sorted().toList()));
      } else if (!names.add(choice.getName())) {
        violations.add(field + ".name", Errors.quote(choice.getName()), "each once");
      } else if (!choice.getDigest().isEmpty() && !choice.getDigest().equals(digest)) {
        violations.add(field + ".digest", Errors.quote(choice.getDigest()), digest);
      } else if (!(Math.abs(scale) <= MAX_SCALE)) { // rejects NaN as well
        violations.add(field + ".scale", scale, -MAX_SCALE + " to " + MAX_SCALE);
      } else {
        asked.add(new AppliedLora(choice.getName(), digest, scale));
      }
    }
    ImagePipeline variant = asked.size() == before ? model.with(asked) : model;
    request.clearLoras();
    for (AppliedLora lora : variant.card().identity().loras()) {
      request.addLoras(
          LoraChoice.newBuilder()
              .setName(lora.name())
              .setScale(lora.scale())
              .setDigest(lora.digest()));
    }
    return variant;
  }
}
