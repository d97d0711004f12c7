package io.diffusion4j.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A part of a convolutional network with feature maps of one size, such as a level of a U-Net on
 * the way down or up.
 *
 * @param height the height of the feature maps
 * @param width the width of the feature maps
 * @param channels the channels of the last feature map
 * @param convolutions the number of convolutions, with kernels of any size
 * @param attentions the number of attention layers
 * @param skips the levels, by their index, whose feature maps are joined to this one's
 */
public record UnetLevel(
    long height, long width, long channels, int convolutions, int attentions, List<Integer> skips) {
  public UnetLevel {
    skips = List.copyOf(skips);
  }

  /**
   * Returns the levels of a network in the order of its layers, from its convolutions; none without
   * convolutions.
   */
  public static List<UnetLevel> of(Network network) {
    List<UnetLevel> levels = new ArrayList<>();
    int[] levelOf = new int[network.nodes().size()];
    for (int i = 0; i < levelOf.length; i++) {
      Network.Node node = network.nodes().get(i);
      Tensor output = node.output();
      if (node.layer().convolution().isPresent()) {
        if (levels.isEmpty() || !levels.get(levels.size() - 1).hasSizeOf(output)) {
          levels.add(new UnetLevel(output.size(1), output.size(2), output.last(), 0, 0, List.of()));
        }
        change(levels, level -> level.withChannels(output.last()).with(1, 0));
      } else if (node.layer().attends()) {
        change(levels, level -> level.with(0, 1));
      } else if (node.layer().joins().isPresent() && output.rank() == 4) {
        for (Tensor input : node.inputs()) {
          int from = levelOf[input.node()];
          if (from >= 0 && levels.get(from).hasSizeOf(output)) {
            change(levels, level -> level.withSkip(from));
          }
        }
      }
      levelOf[i] = levels.size() - 1;
    }
    return IntStream.range(0, levels.size()).mapToObj(i -> levels.get(i).withoutSkip(i)).toList();
  }

  /** Changes the last level, if there is one. */
  private static void change(List<UnetLevel> levels, UnaryOperator<UnetLevel> change) {
    if (!levels.isEmpty()) {
      levels.set(levels.size() - 1, change.apply(levels.get(levels.size() - 1)));
    }
  }

  private boolean hasSizeOf(Tensor map) {
    return map.size(1) == height && map.size(2) == width;
  }

  private UnetLevel with(int moreConvolutions, int moreAttentions) {
    return new UnetLevel(
        height,
        width,
        channels,
        convolutions + moreConvolutions,
        attentions + moreAttentions,
        skips);
  }

  private UnetLevel withChannels(long other) {
    return new UnetLevel(height, width, other, convolutions, attentions, skips);
  }

  /** Returns the level without a connection to itself. */
  private UnetLevel withoutSkip(int own) {
    List<Integer> others = skips.stream().filter(from -> from != own).toList();
    return new UnetLevel(height, width, channels, convolutions, attentions, others);
  }

  private UnetLevel withSkip(int from) {
    if (skips.contains(from)) {
      return this;
    }
    List<Integer> more = new ArrayList<>(skips);
    more.add(from);
    return new UnetLevel(height, width, channels, convolutions, attentions, more);
  }
}
