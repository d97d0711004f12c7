package io.diffusion4j.serving.model;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The models of a server by name. The first that was bound is the default. */
public final class Models {
  private final Map<String, ImagePipeline> byName = new LinkedHashMap<>();
  private final ImagePipeline defaultModel;

  /**
   * The registry of these models.
   *
   * @throws IllegalArgumentException if there is none, or if two have one name
   */
  @Inject
  public Models(Set<ImagePipeline> engines) {
    for (ImagePipeline engine : engines) {
      if (byName.put(engine.card().name(), engine) != null) {
        throw new IllegalArgumentException("models: two named " + engine.card().name());
      }
    }
    defaultModel =
        engines.stream()
            .findFirst()
            .orElseThrow(() -> Check.refusal("models", "none", "at least one"));
  }

  /** The model of this name; the default for the empty name. */
  public Optional<ImagePipeline> named(String name) {
    return name.isEmpty() ? Optional.of(defaultModel) : Optional.ofNullable(byName.get(name));
  }

  /** All names, in the order of the alphabet. */
  public List<String> names() {
    return byName.keySet().stream().sorted().toList();
  }

  /** The name of the model that answers requests that name none. */
  public String defaultName() {
    return defaultModel.card().name();
  }

  /** Whether the embeddings of one can be looked into. */
  public boolean offerEmbeddings() {
    return byName.values().stream().anyMatch(engine -> engine.embedder().isPresent());
  }
}
