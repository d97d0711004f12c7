package io.diffusion4j.decoder.dit;

import io.diffusion4j.nn.weights.NamedTensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The tensors of facebookresearch/DiT under our names. The packed queries, keys and values of a
 * block are split; the table of positions is left out, because it is computed.
 */
public final class OriginalDit implements NamedTensors {
  private static final String PLACES = "pos_embed";

  private static final Map<String, String> OUTSIDE =
      Map.of(
          "x_embedder.proj",
          "pos_embed.proj",
          "t_embedder.mlp.0",
          Dit.EMBEDDING + ".timestep_embedder.linear_1",
          "t_embedder.mlp.2",
          Dit.EMBEDDING + ".timestep_embedder.linear_2",
          "y_embedder.embedding_table",
          Dit.EMBEDDING + ".class_embedder.embedding_table",
          "final_layer.adaLN_modulation.1",
          "proj_out_1",
          "final_layer.linear",
          "proj_out_2");

  private static final Map<String, String> INSIDE =
      Map.of(
          "adaLN_modulation.1", "norm1.linear",
          "attn.proj", "attn1.to_out.0",
          "mlp.fc1", "ff.net.0.proj",
          "mlp.fc2", "ff.net.2");

  private static final String PACKED = "attn.qkv";
  private static final String[] THIRDS = {"attn1.to_q", "attn1.to_k", "attn1.to_v"};

  private final NamedTensors tensors;
  private final Map<String, Source> sources = new LinkedHashMap<>();

  /**
   * The place of a tensor's values: part {@code index} of {@code parts} equal parts of a stored
   * tensor's first axis.
   */
  private record Source(String name, int index, int parts) {}

  /**
   * Renames the tensors. Unknown names are kept, so that loading reports them.
   *
   * @param tensors tensors of a state dict
   */
  public OriginalDit(NamedTensors tensors) {
    this.tensors = tensors;
    tensors.names().stream().filter(name -> !name.equals(PLACES)).forEach(this::add);
  }

  private void add(String name) {
    int dot = name.lastIndexOf('.'); // the name ends in weight or bias
    String layer = dot < 0 ? name : name.substring(0, dot);
    String kind = name.substring(layer.length());
    String[] parts = layer.split("\\.", 3);
    if (parts.length == 3 && parts[0].equals("blocks")) {
      String block = "transformer_blocks." + parts[1] + ".";
      if (parts[2].equals(PACKED)) {
        for (int third = 0; third < THIRDS.length; third++) {
          sources.put(block + THIRDS[third] + kind, new Source(name, third, THIRDS.length));
        }
        return;
      }
      if (INSIDE.containsKey(parts[2])) {
        sources.put(block + INSIDE.get(parts[2]) + kind, new Source(name, 0, 1));
        return;
      }
    }
    sources.put(OUTSIDE.getOrDefault(layer, layer) + kind, new Source(name, 0, 1));
  }

  private Source source(String name) {
    return Objects.requireNonNull(sources.get(name), name);
  }

  @Override
  public String origin() {
    return tensors.origin();
  }

  @Override
  public Set<String> names() {
    return sources.keySet();
  }

  @Override
  public long[] shape(String name) {
    var source = source(name);
    long[] shape = tensors.shape(source.name).clone();
    shape[0] /= source.parts;
    return shape;
  }

  @Override
  public float[] read(String name) {
    var source = source(name);
    float[] all = tensors.read(source.name);
    int each = all.length / source.parts;
    return Arrays.copyOfRange(all, source.index * each, (source.index + 1) * each);
  }
}
