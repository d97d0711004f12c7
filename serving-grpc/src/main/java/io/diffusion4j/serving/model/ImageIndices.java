package io.diffusion4j.serving.model;

import io.diffusion4j.diffusion.argument.Check;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The image indices of a server, by model and name. Immutable. */
public final class ImageIndices {
  private final List<ImageIndex> all;

  /**
   * Creates a registry of indices.
   *
   * @throws IllegalArgumentException if two indices of a model have the same name, or if the model
   *     of an index is not served
   */
  @Inject
  public ImageIndices(Set<ImageIndex> indices, Models models) {
    all = List.copyOf(indices);
    for (ImageIndex index : all) {
      Check.that(
          models.names().contains(index.model()),
          "index",
          index.name() + " of " + index.model(),
          "of one of %s",
          models.names());
      Check.that(
          of(index.model()).stream().filter(n -> n.equals(index.name())).count() == 1,
          "index",
          "two named " + index.name(),
          "a name of its own for each");
    }
  }

  /**
   * Returns the index of a model with the given name. The empty name stands for the only index of
   * the model.
   *
   * @return empty if there is no such index, or if the name is empty and the model has several
   */
  public Optional<ImageIndex> named(String model, String name) {
    List<ImageIndex> own = all.stream().filter(index -> index.model().equals(model)).toList();
    return name.isEmpty()
        ? own.stream().filter(index -> own.size() == 1).findFirst()
        : own.stream().filter(index -> index.name().equals(name)).findFirst();
  }

  /** Returns the names of a model's indices in alphabetical order. */
  public List<String> of(String model) {
    return all.stream()
        .filter(index -> index.model().equals(model))
        .map(ImageIndex::name)
        .sorted()
        .toList();
  }
}
