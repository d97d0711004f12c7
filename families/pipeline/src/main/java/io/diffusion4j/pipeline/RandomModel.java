package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.DType;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A model in a published layout with random weights, to try a size before there are weights. */
@FunctionalInterface
public interface RandomModel {
  /**
   * Writes the model, its index last.
   *
   * @param folder the folder to create, or an empty one
   * @param dtype how weights are stored: F32, F16 or BF16
   * @param seed the seed of the weights; the same seed gives the same files
   * @param listener is notified of each component before it is written
   * @return the folder to open: this one, or one in it
   * @throws IllegalArgumentException if there is something in the folder
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  Path write(Path folder, DType dtype, long seed, Consumer<String> listener);
}
