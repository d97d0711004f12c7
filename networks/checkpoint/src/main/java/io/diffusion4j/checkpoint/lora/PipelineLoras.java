package io.diffusion4j.checkpoint.lora;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Low-rank updates of a pipeline that has several networks. Each layer of a file belongs to the
 * component that its prefix names, such as {@code prior.}, else to the part that the note {@code
 * diffusion4j.part} names, else to the only component that has a layer of this name and shape, such
 * as {@code transformer_blocks.0.attn1.to_q} of the prior. A decoder is also called {@code unet};
 * {@code transformer} names no component, as diffusers uses it for any network. Layers of an
 * upsampler have a prefix or a note.
 *
 * <p>An immutable value: files are open only while they are assigned or merged.
 */
public final class PipelineLoras {
  /** No updates: weights stay as they are. */
  public static final PipelineLoras NONE = new PipelineLoras(List.of());

  private static final String PART = "diffusion4j.part";

  /** What only the layers of other families are called. */
  private static final Map<String, Pattern> FAMILIES =
      Map.of(
          "Stable Diffusion XL", Pattern.compile("lora_te2_|text_encoder_2\\."),
          "Stable Diffusion 3", Pattern.compile("joint_blocks|lora_te3_|text_encoder_3\\."),
          "FLUX", Pattern.compile("double_blocks|single_blocks|single_transformer_blocks"));

  private static final Set<String> DECODER = Set.of("decoder", "unet");

  private final List<Assigned> all;

  /** A file, with the component of each of its layers. */
  private record Assigned(LoraChoice choice, Map<String, Set<Lora.Layer>> layers) {}

  private PipelineLoras(List<Assigned> all) {
    this.all = all;
  }

  /**
   * Finds the component of each layer, by the headers of the files.
   *
   * @param components the networks that can be updated, by the names of their folders; opened and
   *     closed here
   * @throws CheckpointException if no component has a layer, with all such layers, if several have
   *     it, if a file has several names for it, or if a file does not contain low-rank updates
   */
  public static PipelineLoras assign(
      List<LoraChoice> choices, Map<String, Supplier<? extends TensorSource>> components) {
    if (choices.isEmpty()) {
      return NONE;
    }
    var networks = new TreeMap<String, TensorSource>();
    try {
      components.forEach((name, network) -> networks.put(name, network.get()));
      var names = new TreeMap<String, LayerNames>();
      networks.forEach((name, network) -> names.put(name, new LayerNames(network)));
      List<Assigned> all = new ArrayList<>();
      for (LoraChoice choice : choices) {
        try (var lora = Lora.open(choice.file())) {
          all.add(new Assigned(choice, assign(lora, networks, names)));
        }
      }
      return new PipelineLoras(List.copyOf(all));
    } finally {
      networks.values().forEach(TensorSource::close);
    }
  }

  private static Map<String, Set<Lora.Layer>> assign(
      Lora lora, Map<String, TensorSource> networks, Map<String, LayerNames> names) {
    Optional<String> part = Optional.ofNullable(lora.tensors().metadata().get(PART));
    var layers = new HashMap<String, Set<Lora.Layer>>();
    var strays = new ArrayList<Lora.Layer>();
    for (Lora.Layer layer : lora.updates().keySet()) {
      List<String> owners =
          networks.entrySet().stream()
              .filter(network -> isOf(layer.network(), part, network.getKey()))
              .filter(
                  network ->
                      MergedTensors.fits(
                          network.getValue(),
                          Objects.requireNonNull(names.get(network.getKey())),
                          lora,
                          layer))
              .map(Map.Entry::getKey)
              .toList();
      if (owners.size() > 1) {
        throw new CheckpointException(
            lora.path(),
            "%s: a layer of %s (expected: keys with a prefix such as %s., or the note %s)"
                .formatted(layer, String.join(" and ", owners), owners.get(0), PART));
      }
      owners.forEach(name -> layers.computeIfAbsent(name, own -> new HashSet<>()).add(layer));
      if (owners.isEmpty()) {
        strays.add(layer);
      }
    }
    if (!strays.isEmpty()) {
      throw new CheckpointException(
          lora.path(),
          "%s of %s layers%s that no network has in this shape, such as %s (expected: %s)"
              .formatted(
                  strays.size(),
                  lora.updates().size(),
                  part.map(word -> " of the part " + word).orElse(family(strays)),
                  lora.described(strays.get(0)),
                  "layers of " + String.join(", ", networks.keySet())));
    }
    layers.forEach((name, own) -> lora.only(own).named(Objects.requireNonNull(names.get(name))));
    return layers;
  }

  private static String family(List<Lora.Layer> layers) {
    return FAMILIES.entrySet().stream()
        .filter(
            family -> layers.stream().anyMatch(it -> family.getValue().matcher(it.name()).find()))
        .findFirst()
        .map(family -> " of " + family.getKey())
        .orElse("");
  }

  /** Whether a component is the one that the prefix of a layer, or else the file's note names. */
  private static boolean isOf(String prefix, Optional<String> part, String component) {
    if (!prefix.isEmpty() && !prefix.equals("transformer")) {
      return component.equals(prefix)
          || DECODER.containsAll(List.of(component, prefix))
          || (component.equals("prior_eclipse") && prefix.equals("prior"));
    }
    return part.map(
            word ->
                switch (word) {
                  case "decoder" -> DECODER.contains(component);
                  case "prior-direct" -> component.equals("prior_eclipse");
                  case "upsampler" -> component.equals("super_res_first");
                  case "clip" -> component.equals("text_encoder");
                  default -> component.equals(word);
                })
        .orElse(!component.startsWith("super_res"));
  }

  /**
   * Returns the weights of a component with its updates, and closes both with the result; returns
   * the weights themselves without updates.
   */
  public TensorSource merge(String component, TensorSource weights) {
    var loras = new ArrayList<MergedTensors.ScaledLora>();
    try {
      for (Assigned one : all) {
        Set<Lora.Layer> layers = one.layers().getOrDefault(component, Set.of());
        if (!layers.isEmpty()) {
          Lora lora = Lora.open(one.choice().file()).only(layers);
          loras.add(new MergedTensors.ScaledLora(lora, one.choice().scale()));
        }
      }
      return loras.isEmpty() ? weights : MergedTensors.of(weights, loras);
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
