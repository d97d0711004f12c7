package io.diffusion4j.nn.weights;

import java.util.Arrays;

/**
 * A parameter of a layer.
 *
 * @param key its name in checkpoints, such as {@code down_blocks.0.resnets.0.conv1.weight}
 * @param shape its shape in checkpoints
 * @param layout its axis order in checkpoints and in the graph
 * @param init its initial values
 */
public record Parameter(String key, long[] shape, Layout layout, Init init) {
  /** Returns the number of values. */
  public int size() {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }
}
