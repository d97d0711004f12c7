package io.diffusion4j.training;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The places of a model's components on disk. The names of components are those of the {@link
 * TrainableComponent components} of its family, whatever the names of the folders.
 */
public interface ModelLayout {
  /**
   * Returns the folder of a component: by default, the one of its name in the pipeline's.
   *
   * @throws IllegalArgumentException if models of this family have no such component
   */
  default Path component(String name) {
    return pipeline().resolve(name);
  }

  /** Returns the components that a model may have. */
  List<String> components();

  /** Returns the files beside the components that are copied with them. */
  default List<Path> files() {
    return List.of();
  }

  /** Returns the folder of CLIP's towers and tokenizer; the pipeline's if it has no other. */
  default Path clip() {
    return pipeline();
  }

  /** Returns the folder that draws when it is opened. */
  Path pipeline();

  /** Returns the techniques of a component that the settings of a finished model determine. */
  default Map<String, String> techniques(TrainableComponent component) {
    return Map.of();
  }

  /** Writes the index of each folder whose components are complete. */
  default void writeIndex() {}
}
