package io.diffusion4j.onnx;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.onnx.Graph.Dimension;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The open axes of a network, whose size differs between its definitions for several sizes of
 * images. Two axes that are equal in all of the definitions are the same size.
 */
final class OpenAxes {
  private static final String BATCH = "batch";

  private final List<Network> networks;
  private final Map<List<Long>, String> names = new LinkedHashMap<>();

  /**
   * Compares a network with its definitions for other sizes.
   *
   * @throws IllegalArgumentException if they differ in more than the sizes of values
   */
  OpenAxes(Network network, List<Network> others) {
    networks = new ArrayList<>();
    networks.add(network);
    networks.addAll(others);
    for (Network other : others) {
      requireSame(network, other);
    }
    for (Tensor input : network.inputs().values()) {
      for (int axis = 1; axis < input.rank(); axis++) {
        if (isOpen(input.node(), axis)) {
          String name = input.rank() == 4 ? List.of("height", "width").get(axis - 1) : "length";
          names.putIfAbsent(of(input.node(), axis), name);
        }
      }
    }
  }

  private static void requireSame(Network network, Network other) {
    int nodes = network.nodes().size();
    if (other.nodes().size() != nodes) {
      throw refused(network, other.nodes().size() + " layers", nodes + " layers");
    }
    for (int n = 0; n < nodes; n++) {
      Layer layer = network.nodes().get(n).layer();
      Layer same = other.nodes().get(n).layer();
      if (!layer.equals(same)) {
        throw refused(network, same.toString(), layer + " for each size");
      }
    }
  }

  private static IllegalArgumentException refused(Network network, String value, String expected) {
    return new IllegalArgumentException(
        network.name() + ": size: " + value + " (expected: " + expected + ")");
  }

  /** Returns the sizes of an axis in all of the definitions. */
  private List<Long> of(int node, int axis) {
    return networks.stream().map(n -> n.nodes().get(node).output().size(axis)).toList();
  }

  /** Whether the size of an axis is unknown, other than that of the batch. */
  boolean isOpen(int node, int axis) {
    return of(node, axis).stream().distinct().count() > 1;
  }

  /** Whether any axis of a value is open, other than the batch. */
  boolean isOpen(Tensor value) {
    for (int axis = 0; axis < value.rank(); axis++) {
      if (isOpen(value.node(), axis)) {
        return true;
      }
    }
    return false;
  }

  /** Whether two axes always have the same size. */
  boolean areSame(int node, int axis, int other, int otherAxis) {
    return of(node, axis).equals(of(other, otherAxis));
  }

  /** An axis of a value. */
  record Axis(int node, int axis) {}

  /** Finds the first axis before a node that has the size of an axis of its output. */
  Optional<Axis> find(int node, int axis) {
    for (int earlier = 0; earlier < node; earlier++) {
      int rank = networks.get(0).nodes().get(earlier).output().rank();
      for (int other = 0; other < rank; other++) {
        if (areSame(node, axis, earlier, other)) {
          return Optional.of(new Axis(earlier, other));
        }
      }
    }
    return Optional.empty();
  }

  /** Describes the axes of a value, in its own order. */
  List<Dimension> dimensions(Tensor value) {
    List<Dimension> dimensions = new ArrayList<>(value.rank());
    for (int axis = 0; axis < value.rank(); axis++) {
      dimensions.add(
          value.size(axis) == Tensor.BATCH
              ? Dimension.open(BATCH)
              : isOpen(value.node(), axis)
                  ? Dimension.open(name(of(value.node(), axis)))
                  : Dimension.of(value.size(axis)));
    }
    return dimensions;
  }

  /** Names a size after the input's size of which it is a multiple or a part. */
  private String name(List<Long> sizes) {
    String known = names.get(sizes);
    if (known != null) {
      return known;
    }
    for (var entry : names.entrySet()) {
      long own = sizes.get(0);
      long base = entry.getKey().get(0);
      if (own % base == 0 && scaled(entry.getKey(), own / base).equals(sizes)) {
        return own / base + "*" + entry.getValue();
      }
      if (base % own == 0 && scaled(sizes, base / own).equals(entry.getKey())) {
        return entry.getValue() + "/" + base / own;
      }
    }
    String name = "size_" + names.size();
    names.put(sizes, name);
    return name;
  }

  private static List<Long> scaled(List<Long> sizes, long factor) {
    return sizes.stream().map(size -> size * factor).toList();
  }
}
