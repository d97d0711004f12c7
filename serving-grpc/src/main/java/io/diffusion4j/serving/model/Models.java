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
 * The models of a server, by name; the first is the default. All of them can be replaced in one
 * atomic step while the server runs. Thread-safe.
 */
public final class Models {
  private volatile Served now;

  /** An immutable snapshot of the models. */
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
   * Creates a registry of models.
   *
   * @throws IllegalArgumentException if the set is empty, or if two models have the same name
   */
  @Inject
  public Models(Set<ImagePipeline> pipelines) {
    now = Served.of(pipelines);
  }

  /**
   * Replaces all models; the first of the list becomes the default.
   *
   * @throws IllegalArgumentException if the list is empty, or if two models have the same name; the
   *     registry is then unchanged
   */
  public void replace(List<ImagePipeline> pipelines) {
    now = Served.of(pipelines);
  }

  /** Returns the model with the given name; the empty name stands for the default. */
  public Optional<ImagePipeline> named(String name) {
    Served served = now;
    return name.isEmpty()
        ? Optional.of(served.first)
        : Optional.ofNullable(served.byName.get(name));
  }

  /** Returns whether this instance, and not just a model of the same name, is registered. */
  public boolean contains(ImagePipeline model) {
    return now.byName.get(model.card().name()) == model;
  }

  /** Returns the names of all models in alphabetical order. */
  public List<String> names() {
    return now.byName.keySet().stream().sorted().toList();
  }

  /** Returns all models, the default first. */
  public List<ImagePipeline> all() {
    return List.copyOf(now.byName.values());
  }

  /** Returns the name of the default model, which serves requests that name no model. */
  public String defaultName() {
    return now.first.card().name();
  }
}
