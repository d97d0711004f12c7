package io.diffusion4j.decoder.unet;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Renames old tensors of diffusers: before version 0.17 the projections of attention had other
 * names. Each tensor is renamed independently, because some files were converted only partly.
 */
public final class CurrentNames {
  private static final Map<String, String> OLD =
      Map.of("query", "to_q", "key", "to_k", "value", "to_v", "proj_attn", "to_out.0");

  private CurrentNames() {}

  /** Opens the weights of a folder under their current names. */
  public static TensorSource open(Path folder) {
    var stored = Checkpoint.open(folder, Checkpoint.DIFFUSERS);
    return stored.renamed(CurrentNames::current).closing(stored::close);
  }

  /** Renames tensors to their current names. */
  public static TensorSource of(TensorSource tensors) {
    return tensors.renamed(CurrentNames::current);
  }

  /** Returns the current name. */
  public static String current(String name) {
    String[] parts = name.split("\\.", -1);
    int last = parts.length - 2; // the name ends in weight or bias
    if (last >= 2 && parts[last - 2].equals("attentions") && OLD.containsKey(parts[last])) {
      parts[last] = Objects.requireNonNull(OLD.get(parts[last]));
      return String.join(".", parts);
    }
    return name;
  }
}
