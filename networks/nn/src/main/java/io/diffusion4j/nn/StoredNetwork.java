package io.diffusion4j.nn;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A single network of a model folder, outside of a pipeline, with the facts that other runtimes
 * need.
 *
 * <pre>{@code
 * StoredNetwork network = PriorModel.stored("prior", folder);
 * network.weights().use(weights -> write(network.network(), weights));
 * }</pre>
 *
 * @param name a name among the networks of its folder, usable as that of a file
 * @param definitions the network; if it exists for every size of images, also the same network for
 *     a higher and for a wider one
 * @param weights its weights
 * @param names the default names of its inputs and outputs by its own, where they differ; see
 *     {@link #output}
 * @param time the form of its input {@link io.diffusion4j.nn.engine.NetworkDenoiser#TIME}; empty if
 *     it has none, or a learned one
 */
public record StoredNetwork(
    String name,
    List<NetworkDefinition> definitions,
    Access weights,
    Map<String, String> names,
    Optional<Sinusoid> time) {
  /** The weights of a network on disk. */
  @FunctionalInterface
  public interface Access {
    /**
     * Opens the weights, passes them on, and closes them.
     *
     * @throws io.diffusion4j.checkpoint.CheckpointException if they are missing or damaged
     */
    void use(Consumer<TensorSource> work);

    /**
     * Returns the weights in a folder.
     *
     * @param stem of the file, such as {@link Checkpoint#DIFFUSERS}
     * @param parameters which of its tensors are parameters of the network
     */
    static Access in(Path folder, String stem, Predicate<String> parameters) {
      return in(folder, stem, parameters, weights -> weights);
    }

    /**
     * Returns the weights in a folder under other names.
     *
     * @param own returns them under the network's own names
     */
    static Access in(
        Path folder, String stem, Predicate<String> parameters, UnaryOperator<TensorSource> own) {
      return work -> {
        try (var checkpoint = Checkpoint.open(folder, stem)) {
          work.accept(own.apply(checkpoint.only(parameters)));
        }
      };
    }
  }

  public StoredNetwork {
    definitions = List.copyOf(definitions);
    names = Collections.unmodifiableMap(new LinkedHashMap<>(names));
  }

  /** Creates a network of one size, under its own names, without a time input. */
  public static StoredNetwork of(String name, NetworkDefinition definition, Access weights) {
    return new StoredNetwork(name, List.of(definition), weights, Map.of(), Optional.empty());
  }

  /** Returns the network with definitions for a higher and for a wider size of images. */
  public StoredNetwork sized(NetworkDefinition higher, NetworkDefinition wider) {
    return new StoredNetwork(
        name, List.of(definitions.get(0), higher, wider), weights, names, time);
  }

  /** Returns the network with another name of an input or output. */
  public StoredNetwork named(String own, String defaultValue) {
    Map<String, String> more = new LinkedHashMap<>(names);
    more.put(own, defaultValue);
    return new StoredNetwork(name, definitions, weights, more, time);
  }

  /** Returns the network with a form of its time input. */
  public StoredNetwork timed(Sinusoid sinusoid) {
    return new StoredNetwork(name, definitions, weights, names, Optional.of(sinusoid));
  }

  /** Returns the name of the output with this index in {@link #names}. */
  public static String output(int index) {
    return "output." + index;
  }

  /** Returns the network itself, under this name. */
  public Network network() {
    return named(definitions.get(0));
  }

  /** Returns the network for other sizes of images; none if it has only one. */
  public List<Network> otherSizes() {
    return definitions.stream().skip(1).map(this::named).toList();
  }

  private Network named(NetworkDefinition definition) {
    var network = Network.of(definition);
    return new Network(name, network.nodes(), network.outputs(), network.parameters());
  }
}
