package io.diffusion4j.checkpoint.lora;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.ldm.LdmNames;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The layers of a network by the names that files of updates have for them. kohya's files have
 * underscores in place of dots, which no rule undoes, and some have the names of the original
 * latent diffusion: so every layer of the network is listed under each spelling.
 */
final class LayerNames {
  static final String WEIGHT = ".weight";

  private static final String TEXT = "text_model.";

  private final Map<String, String> layers = new HashMap<>();

  LayerNames(TensorSource network) {
    Set<String> names = network.names();
    LdmNames original = LdmNames.unetOf(names);
    for (String name : names) {
      if (name.endsWith(WEIGHT)) {
        String layer = layer(name);
        // the towers of some versions of transformers have no such prefix
        String other = layer.startsWith(TEXT) ? layer.substring(TEXT.length()) : TEXT + layer;
        for (String spelling : List.of(layer, other)) {
          layers.putIfAbsent(spelling.replace('.', '_'), layer);
        }
        layers.putIfAbsent(other, layer);
        original.original(name).ifPresent(it -> layers.put(layer(it).replace('.', '_'), layer));
      }
    }
    names.stream()
        .filter(name -> name.endsWith(WEIGHT))
        .forEach(name -> layers.put(layer(name), layer(name)));
  }

  private static String layer(String weight) {
    return weight.substring(0, weight.length() - WEIGHT.length());
  }

  /** Returns the network's name of a layer; empty if it has no such layer. */
  Optional<String> of(Lora.Layer layer) {
    return Optional.ofNullable(layers.get(layer.name()));
  }
}
