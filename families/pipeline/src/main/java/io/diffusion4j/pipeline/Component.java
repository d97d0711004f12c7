package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.weights.ModelFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A component of a family's model folders, stated once: its report, its place in the index, its
 * random weights and its network for other runtimes follow from it.
 *
 * @param <C> its settings
 * @param name its folder
 * @param entry its class in the index; empty if the index does not list it
 * @param read reads the settings from its folder
 * @param manifest the weights that the settings require; empty for a component without weights
 * @param current maps a stored parameter's name to its current name
 * @param saver writes it; empty if it is only read
 * @param stored its network by itself, by a name and its folder; empty if it has none
 */
public record Component<C>(
    String name,
    Optional<ModelFolder.Component> entry,
    Function<Path, C> read,
    Optional<Function<C, Manifest>> manifest,
    UnaryOperator<String> current,
    Optional<Saver<C>> saver,
    Optional<BiFunction<String, Path, StoredNetwork>> stored) {
  /** Writes a component. */
  @FunctionalInterface
  public interface Saver<C> {
    /**
     * Writes settings and weights.
     *
     * @param dtype how weights are stored
     * @param notes the metadata of the weights
     */
    void save(
        Path folder, C settings, TensorSource weights, DType dtype, Map<String, String> notes);
  }

  /** Returns a component without weights. */
  public static <C> Component<C> files(String name, Function<Path, C> read) {
    return new Component<>(
        name,
        Optional.empty(),
        read,
        Optional.empty(),
        stored -> stored,
        Optional.empty(),
        Optional.empty());
  }

  /** Returns a network. */
  public static <C> Component<C> network(
      String name, Function<Path, C> read, Function<C, Manifest> manifest) {
    var files = files(name, read);
    return new Component<>(
        name,
        Optional.empty(),
        read,
        Optional.of(manifest),
        files.current,
        files.saver,
        Optional.empty());
  }

  /** Reads the settings of a model's component. */
  public C readIn(Path model) {
    return read.apply(model.resolve(name));
  }

  /**
   * Returns the weights that the settings of a model's component require; empty without weights.
   */
  public Optional<Manifest> manifestIn(Path model) {
    return manifest.map(required -> required.apply(readIn(model)));
  }

  /** Returns the component in a folder of another name. */
  public Component<C> named(String folder) {
    return new Component<>(folder, entry, read, manifest, current, saver, stored);
  }

  /** Returns the component with a class in the index. */
  public Component<C> in(String library, String className) {
    return new Component<>(
        name,
        Optional.of(new ModelFolder.Component(library, className)),
        read,
        manifest,
        current,
        saver,
        stored);
  }

  /** Returns the component, whose files may have older names of parameters. */
  public Component<C> withNames(UnaryOperator<String> others) {
    return new Component<>(name, entry, read, manifest, others, saver, stored);
  }

  /** Returns the component with a network for other runtimes. */
  public Component<C> storedAs(BiFunction<String, Path, StoredNetwork> network) {
    return new Component<>(name, entry, read, manifest, current, saver, Optional.of(network));
  }

  /** Returns the component with a way to write it. */
  public Component<C> savedBy(Saver<C> other) {
    return new Component<>(name, entry, read, manifest, current, Optional.of(other), stored);
  }

  /** Returns the component without weights that is written in this way. */
  public Component<C> written(BiConsumer<Path, C> settings) {
    return savedBy((folder, c, weights, dtype, notes) -> settings.accept(folder, c));
  }

  /**
   * Returns the network whose settings are written in this way.
   *
   * @param stem the name of its files of weights, such as {@link Checkpoint#DIFFUSERS}
   */
  public Component<C> written(BiConsumer<Path, C> settings, String stem) {
    return savedBy(
        (folder, c, weights, dtype, notes) -> {
          settings.accept(folder, c);
          ModelFiles.write(folder, stem, weights, key -> true, dtype, notes);
        });
  }

  /** Returns the networks of a model for other runtimes, without those that its folder lacks. */
  public static List<StoredNetwork> networks(Path model, List<Component<?>> components) {
    return components.stream()
        .filter(component -> Files.isDirectory(model.resolve(component.name)))
        .flatMap(
            component ->
                component.stored.stream()
                    .map(of -> of.apply(component.name, model.resolve(component.name))))
        .toList();
  }

  /** Returns the components that the index lists, with their classes, in alphabetical order. */
  public static Map<String, ModelFolder.Component> index(List<Component<?>> components) {
    Map<String, ModelFolder.Component> index = new TreeMap<>();
    components.forEach(
        component -> component.entry.ifPresent(listed -> index.put(component.name, listed)));
    return index;
  }
}
