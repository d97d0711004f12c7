package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.RandomWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Writes components of an untrained model, to try a size for which no weights exist yet. One tensor
 * at a time is in memory.
 *
 * @param dtype how weights are stored: F32, F16 or BF16
 * @param seed seed of the weights; the same seed gives the same files
 * @param listener is notified of each component before it is written
 */
public record RandomComponents(DType dtype, long seed, Consumer<String> listener) {
  /**
   * Checks that a folder is empty or does not exist.
   *
   * @throws IllegalArgumentException if it is not empty
   */
  public static void requireEmpty(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    boolean empty = false;
    if (Files.isDirectory(folder)) {
      try (var entries = Files.list(folder)) {
        empty = entries.findAny().isEmpty();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + folder + ": " + e, e);
      }
    }
    Check.that(empty, "output", folder, "an empty folder, or none");
  }

  /** Makes the folder of a component. */
  private Path component(Path folder, String name) {
    listener.accept(name);
    Path component = folder.resolve(name);
    save(() -> Files.createDirectories(component), folder);
    return component;
  }

  /** Writes a component of a model with these settings and random weights, if it has any. */
  public <C> void write(Path model, Component<C> component, C settings) {
    Path folder = component(model, component.name());
    TensorSource weights =
        component
            .manifest()
            .map(manifest -> weights(folder, manifest.apply(settings)))
            .orElseGet(TensorMap::new);
    component.saver().orElseThrow().save(folder, settings, weights, dtype, notes());
  }

  /** Random weights; components of the same shape get different ones. */
  private TensorSource weights(Path component, Manifest manifest) {
    long own = new SplittableRandom(component.getFileName().toString().hashCode()).nextLong();
    return RandomWeights.of(manifest, seed ^ own);
  }

  /** Returns the metadata of each file of weights. */
  private Map<String, String> notes() {
    return Map.of("diffusion4j.weights", "random", "diffusion4j.seed", Long.toString(seed));
  }

  /** An action that can throw {@link IOException}. */
  @FunctionalInterface
  public interface Saving {
    void run() throws IOException;
  }

  /** Writes files to a folder; an error names the folder. */
  public static void save(Saving saving, Path folder) {
    try {
      saving.run();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder + ": " + e, e);
    }
  }
}
