package io.diffusion4j.serving.model;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The models of a server by name; the first is the default. They can be replaced while the server
 * runs, all at once. Thread-safe.
 */
public final class Models {
  private volatile Served now;

  /** The models of one moment. */
  private record Served(Map<String, ImagePipeline> byName, ImagePipeline first) {
    static Served of(Collection<ImagePipeline> pipelines) {
      Map<String, ImagePipeline> byName = new LinkedHashMap<>();
      for (ImagePipeline pipeline : pipelines) {
        if (byName.put(pipeline.card().name(), pipeline) != null) {
          throw new IllegalArgumentException("models: two named " + pipeline.card().name());
        }
      }
      ImagePipeline first =
          pipelines.stream()
              .findFirst()
              .orElseThrow(() -> Check.refusal("models", "none", "at least one"));
      return new Served(byName, first);
    }
  }

  /**
   * The registry of these models.
   *
   * @throws IllegalArgumentException if there is none, or if two have one name
   */
  @Inject
  public Models(Set<ImagePipeline> pipelines) {
    now = Served.of(pipelines);
  }

  /**
   * From now on there are these models, and the first is the default.
   *
   * @throws IllegalArgumentException if there is none, or if two have one name; then nothing
   *     changes
   */
  public void replace(List<ImagePipeline> pipelines) {
    now = Served.of(pipelines);
  }

  /** The model of this name; the default for the empty name. */
  public Optional<ImagePipeline> named(String name) {
    Served served = now;
    return name.isEmpty()
        ? Optional.of(served.first)
        : Optional.ofNullable(served.byName.get(name));
  }

  /** Whether this instance is one of them. */
  public boolean contains(ImagePipeline model) {
    return now.byName.get(model.card().name()) == model;
  }

  /** All names, in the order of the alphabet. */
  public List<String> names() {
    return now.byName.keySet().stream().sorted().toList();
  }

  /** All models, the default first. */
  public List<ImagePipeline> all() {
    return List.copyOf(now.byName.values());
  }

  /** The name of the model that answers requests that name none. */
  public String defaultName() {
    return now.first.card().name();
  }

  /** Whether the embeddings of one can be looked into. */
  public boolean offerEmbeddings() {
    return now.byName.values().stream().anyMatch(model -> model.embedder().isPresent());
  }
}
