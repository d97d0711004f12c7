package io.diffusion4j.onednn.tape;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * The segments of a network for gradient checkpointing (Chen et al. 2016). Cuts are placed where
 * the fewest values are read behind the cut, which is between the blocks of a network; only these
 * values are kept for the backward pass, and all others are computed again. The number of cuts is
 * about the square root of the number of layers.
 */
final class Segments {
  private final Set<Integer> starts = new HashSet<>();
  private final boolean[] lasting;

  private Segments(int nodes) {
    lasting = new boolean[nodes];
  }

  /** Returns a single segment, in which everything is kept. */
  static Segments none(Network network) {
    var segments = new Segments(network.nodes().size());
    Arrays.fill(segments.lasting, true);
    return segments;
  }

  /**
   * Cuts a network.
   *
   * @param place maps a node to the index of the node with which it is computed
   */
  static Segments of(Network network, IntUnaryOperator place) {
    int count = network.nodes().size();
    var segments = new Segments(count);
    int[] lastUse = new int[count];
    long[] size = new long[count];
    long total = 0;
    for (int n = 0; n < count; n++) {
      Node node = network.nodes().get(n);
      size[n] = node.output().hasRows() ? node.output().sampleSize() : 0;
      total += size[n];
      for (Tensor input : node.inputs()) {
        lastUse[input.node()] = Math.max(lastUse[input.node()], place.applyAsInt(n));
      }
    }
    long wanted = total / Math.max(1, (long) Math.sqrt(count));
    int begin = 0;
    while (begin < count) {
      begin = segments.next(begin, wanted, size, lastUse);
    }
    segments.keep(network, place);
    return segments;
  }

  /** Starts a segment, and returns the start of the next one. */
  private int next(int begin, long wanted, long[] size, int[] lastUse) {
    starts.add(begin);
    long seen = 0;
    int best = size.length;
    long least = Long.MAX_VALUE;
    for (int end = begin + 1; end < size.length && seen <= 2 * wanted; end++) {
      seen += size[end - 1];
      long kept = 0;
      for (int n = begin; n < end; n++) {
        kept += lastUse[n] >= end ? size[n] : 0;
      }
      if (seen >= wanted && kept <= least) {
        least = kept;
        best = end;
      }
    }
    return best;
  }

  /** Marks values that are read in other segments, fed values, and outputs. */
  private void keep(Network network, IntUnaryOperator place) {
    int count = lasting.length;
    int[] segment = new int[count];
    for (int n = 1; n < count; n++) {
      segment[n] = segment[n - 1] + (starts.contains(n) ? 1 : 0);
    }
    network.outputs().forEach(output -> lasting[output.node()] = true);
    for (int n = count - 1; n >= 0; n--) {
      Node node = network.nodes().get(n);
      Layer layer = node.layer();
      lasting[n] |= node.inputs().isEmpty();
      for (Tensor input : node.inputs()) {
        int from = input.node();
        lasting[from] |=
            segment[place.applyAsInt(from)] != segment[place.applyAsInt(n)]
                || layer.mask().isPresent()
                || (layer.rearranges() && lasting[n]);
      }
    }
  }

  /** Whether a segment starts with a node. */
  boolean startsWith(int node) {
    return starts.contains(node);
  }

  /** Whether the value of a node is kept. */
  boolean keeps(int node) {
    return lasting[node];
  }
}
