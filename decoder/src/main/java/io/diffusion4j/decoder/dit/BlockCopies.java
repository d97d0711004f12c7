package io.diffusion4j.decoder.dit;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Manifest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The embedding of time and class, of which diffusers stores a copy in each block. Our network has
 * only the first.
 */
public final class BlockCopies {
  private static final String FIRST = Dit.EMBEDDING + ".";

  private BlockCopies() {}

  private static boolean isFirst(String name) {
    return name.startsWith(FIRST);
  }

  private static String copy(String first, int block) {
    return "transformer_blocks." + block + first.substring("transformer_blocks.0".length());
  }

  /**
   * Removes the copies.
   *
   * @param stored all tensors of a file
   * @param blocks number of blocks
   * @throws CheckpointException if a copy is missing or differs from the first block's
   */
  public static TensorSource without(TensorSource stored, int blocks) {
    Map<String, String> sources = new LinkedHashMap<>();
    stored.names().forEach(name -> sources.put(name, name));
    for (String first : stored.names().stream().filter(BlockCopies::isFirst).toList()) {
      float[] values = stored.read(first);
      for (int block = 1; block < blocks; block++) {
        String name = copy(first, block);
        boolean isCopy =
            stored.names().contains(name)
                && Arrays.equals(stored.shape(name), stored.shape(first))
                && Arrays.equals(stored.read(name), values);
        if (!isCopy) {
          throw new CheckpointException(
              Path.of(stored.origin()),
              name + ": another tensor (expected: a copy of " + first + ")");
        }
        sources.remove(name);
      }
    }
    return stored.renamed(sources);
  }

  /** Adds the copies. */
  public static TensorSource with(TensorSource weights, int blocks) {
    Map<String, String> sources = new LinkedHashMap<>();
    for (String name : weights.names()) {
      sources.put(name, name);
      for (int block = 1; block < blocks && isFirst(name); block++) {
        sources.put(copy(name, block), name);
      }
    }
    return weights.renamed(sources);
  }

  /** Returns the expected weights of a file with the copies. */
  public static Manifest with(Manifest network, int blocks) {
    var all = network;
    for (var parameter : network.parameters().values()) {
      for (int block = 1; block < blocks && isFirst(parameter.key()); block++) {
        all = all.with(copy(parameter.key(), block), parameter.shape());
      }
    }
    return all;
  }
}
