package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A model of a published structure with random weights, to try a size before there are weights.
 *
 * @param name the name of the size, such as {@code sd15}
 */
public record RandomModel(String name, Writer writer) {
  /** Returns the structures of all families on the class path, by name. */
  public static Map<String, RandomModel> all() {
    return ServiceProviders.of(ModelFamily.class).stream()
        .flatMap(family -> family.random().stream())
        .collect(Collectors.toMap(RandomModel::name, each -> each));
  }

  /** Writes the folder of a model. */
  @FunctionalInterface
  public interface Writer {
    /**
     * Writes the folder, its index last.
     *
     * @param folder a new or empty folder
     * @param dtype the type of the weights: F32, F16 or BF16
     * @param seed the seed of the weights; the same seed gives the same files
     * @param listener is notified of each component before it is written
     * @return the folder to open, in or at {@code folder}
     * @throws IllegalArgumentException if the folder is not empty
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    Path write(Path folder, DType dtype, long seed, Consumer<String> listener);
  }
}
