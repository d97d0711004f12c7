package io.diffusion4j.checkpoint.lora;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Low-rank updates of a pipeline that has several networks. Each layer of a file belongs to the
 * component that has a layer of this name, such as {@code transformer_blocks.0.attn1.to_q} to the
 * prior.
 *
 * <p>An immutable value: files are open only while they are assigned or merged.
 */
public final class PipelineLoras {
  /** No updates: weights stay as they are. */
  public static final PipelineLoras NONE = new PipelineLoras(List.of());

  private final List<Assigned> all;

  /** A file, with the component of each of its layers. */
  private record Assigned(LoraChoice choice, Map<String, Set<String>> layers) {}

  private PipelineLoras(List<Assigned> all) {
    this.all = all;
  }

  /**
   * Finds the component of each layer, by the headers of the files.
   *
   * @param components the networks that can be updated, by the names of their folders; opened and
   *     closed here
   * @throws CheckpointException if no component has a layer, with all such layers, or if a file
   *     does not contain low-rank updates
   */
  public static PipelineLoras assign(
      List<LoraChoice> choices, Map<String, Supplier<? extends TensorSource>> components) {
    if (choices.isEmpty()) {
      return NONE;
    }
    var networks = new LinkedHashMap<String, TensorSource>();
    try {
      components.forEach((name, network) -> networks.put(name, network.get()));
      List<Assigned> all = new ArrayList<>();
      for (LoraChoice choice : choices) {
        try (var lora = Lora.open(choice.file())) {
          all.add(new Assigned(choice, assign(lora, networks)));
        }
      }
      return new PipelineLoras(List.copyOf(all));
    } finally {
      networks.values().forEach(TensorSource::close);
    }
  }

  private static Map<String, Set<String>> assign(Lora lora, Map<String, TensorSource> networks) {
    var layers = new LinkedHashMap<String, Set<String>>();
    var rest = new TreeSet<>(lora.layers());
    networks.forEach(
        (name, network) -> {
          var own = new TreeSet<>(rest);
          own.removeIf(layer -> !MergedTensors.fits(network, lora, layer));
          rest.removeAll(own);
          layers.put(name, own);
        });
    if (!rest.isEmpty()) {
      throw new CheckpointException(
          lora.path(),
          "layers that no network has in this shape, of " + String.join(", ", networks.keySet()),
          List.copyOf(rest));
    }
    return layers;
  }

  /**
   * Returns the weights of a component with its updates, and closes both with the result; returns
   * the weights themselves without updates.
   */
  public TensorSource merge(String component, TensorSource weights) {
    var loras = new ArrayList<MergedTensors.ScaledLora>();
    try {
      for (Assigned one : all) {
        Set<String> layers = one.layers().getOrDefault(component, Set.of());
        if (!layers.isEmpty()) {
          Lora lora = Lora.open(one.choice().file()).only(layers);
          loras.add(new MergedTensors.ScaledLora(lora, one.choice().scale()));
        }
      }
      return loras.isEmpty() ? weights : new MergedTensors(weights, loras);
    } catch (RuntimeException e) {
      loras.forEach(scaled -> scaled.lora().close());
      throw e;
    }
  }

  /** Returns the files, in the order in which they are added. */
  public List<LoraChoice> choices() {
    return all.stream().map(Assigned::choice).toList();
  }
}
