package io.diffusion4j.onednn.run;

import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.onednn.core.Curve;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the layers that can be fused into a convolution or dense layer: the addition of another
 * value, and SiLU or GELU.
 */
final class Fusion {
  /**
   * A layer with the operations fused into it.
   *
   * @param producer the convolution or dense layer
   * @param after in order; empty if nothing is fused
   */
  record Chain(int producer, List<After> after) {}

  /** A fused operation. */
  sealed interface After {
    /** A function of the result. */
    record Apply(Curve curve) implements After {}

    /** The addition of a layer's value. */
    record Add(int other) implements After {}
  }

  private final Network network;
  private final List<List<Integer>> users = new ArrayList<>();

  Fusion(Network network) {
    this.network = network;
    network.nodes().forEach(node -> users.add(new ArrayList<>()));
    for (int n = 0; n < network.nodes().size(); n++) {
      var node = node(n);
      int read = node.layer().read(node.inputs().size());
      for (int i = 0; i < read; i++) {
        users.get(node.input(i)).add(n);
      }
    }
  }

  private Node node(int n) {
    return network.nodes().get(n);
  }

  private boolean isOutput(int n) {
    return network.outputs().stream().anyMatch(output -> output.node() == n);
  }

  /** Whether only one layer reads it, and only once. */
  boolean isReadOnce(int n) {
    return users.get(n).size() == 1 && !isOutput(n);
  }

  /** Returns the chain that ends with this layer, if there is one. */
  Optional<Chain> chain(int n) {
    var node = node(n);
    if (node.layer().matrix().isPresent()) {
      return Optional.of(new Chain(n, List.of()));
    }
    if (node.layer().reshapes()) {
      return before(node.input(0));
    }
    var curve = node.layer().applied().flatMap(Curve::of);
    if (curve.isPresent()) {
      return before(node.input(0)).map(chain -> then(chain, new After.Apply(curve.get())));
    }
    if (node.layer().is(Operation.ADD)) {
      int first = node.input(0);
      int second = node.input(1);
      return addend(n, second, first)
          .map(chain -> then(chain, new After.Add(first)))
          .or(() -> addend(n, first, second).map(chain -> then(chain, new After.Add(second))));
    }
    return Optional.empty();
  }

  /** A chain whose result has no other reader. */
  private Optional<Chain> before(int n) {
    return isReadOnce(n) ? chain(n) : Optional.empty();
  }

  /** A summand of the same size as the sum, to which the other one can be added in place. */
  private Optional<Chain> addend(int sum, int n, int other) {
    return node(n).output().rank() > 0
            && node(n).output().sampleSize() == node(sum).output().sampleSize()
        ? before(n).filter(chain -> isAdded(other, sum, chain))
        : Optional.empty();
  }

  /** Whether a value has the size of the sum, or one number for each channel of the producer. */
  private boolean isAdded(int n, int sum, Chain to) {
    var value = node(n).output();
    var whole = node(sum).output();
    return value.sampleSize() == whole.sampleSize()
        || (value.sampleSize() == whole.last()
            && value.last() == whole.last()
            && node(to.producer).output().last() == whole.last());
  }

  private static Chain then(Chain chain, After last) {
    List<After> after = new ArrayList<>(chain.after);
    after.add(last);
    return new Chain(chain.producer, List.copyOf(after));
  }

  /** Whether a node multiplies each channel by a number of the sample. */
  static boolean isGate(Node node) {
    if (!node.layer().is(Operation.MULTIPLY)) {
      return false;
    }
    var x = node.inputs().get(0);
    var gate = node.inputs().get(1);
    return x.role() == Tensor.Role.ACTIVATIONS
        && x.rank() >= 3
        && gate.hasRows()
        && gate.sampleSize() == x.last()
        && gate.last() == x.last();
  }

  /**
   * Whether all readers of a value need float32: an output, scale and shift of a normalisation, or
   * a gate.
   */
  boolean isWide(int n) {
    return users.get(n).stream()
        .allMatch(
            user -> {
              var reader = node(user);
              if (reader.layer().normalises() || isGate(reader)) {
                return reader.input(0) != n;
              }
              return reader.layer().rearranges() && isWide(user);
            });
  }
}
