package io.diffusion4j.decoder.dit;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.Map;

/**
 * The tensors of facebookresearch/DiT under our names. The packed queries, keys and values of a
 * block are split; the table of positions is left out, because it is computed.
 */
public final class OriginalDit {
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

  private OriginalDit() {}

  /**
   * Renames the tensors. Unknown names are kept, so that loading reports them.
   *
   * @param tensors tensors of a state dict
   */
  public static TensorMap of(TensorSource tensors) {
    var ours = new TensorMap(Path.of(tensors.origin()), tensors.metadata());
    tensors.names().stream()
        .filter(name -> !name.equals(PLACES))
        .forEach(name -> add(ours, tensors, name));
    return ours;
  }

  private static void add(TensorMap ours, TensorSource tensors, String name) {
    int dot = name.lastIndexOf('.'); // the name ends in weight or bias
    String layer = dot < 0 ? name : name.substring(0, dot);
    String kind = name.substring(layer.length());
    String[] parts = layer.split("\\.", 3);
    if (parts.length == 3 && parts[0].equals("blocks")) {
      String block = "transformer_blocks." + parts[1] + ".";
      long[] shape = tensors.shape(name);
      if (parts[2].equals(PACKED) && shape.length > 0 && shape[0] % THIRDS.length == 0) {
        int rows = Math.toIntExact(shape[0] / THIRDS.length);
        for (int third = 0; third < THIRDS.length; third++) {
          ours.rows(block + THIRDS[third] + kind, tensors, name, rows, third);
        }
        return;
      }
      if (INSIDE.containsKey(parts[2])) {
        ours.as(block + INSIDE.get(parts[2]) + kind, tensors, name);
        return;
      }
    }
    ours.as(OUTSIDE.getOrDefault(layer, layer) + kind, tensors, name);
  }
}
