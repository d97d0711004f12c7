package io.diffusion4j.onnx;

import io.diffusion4j.nn.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value of a network in a graph. It exists in the form in which it was computed; other forms are
 * computed when they are first read, once.
 */
final class GraphValue {
  /** The axes of an image with its channels first, by their places with the channels last. */
  private static final long[] CHANNELS_FIRST = {0, 3, 1, 2};

  private static final long[] CHANNELS_LAST = {0, 2, 3, 1};

  /** The order of the axes of a value with four of them. */
  enum Order {
    /** The axes of the network: {@code [B, H, W, C]}. */
    LAST,
    /** The order of ONNX's convolutions: {@code [B, C, H, W]}. */
    FIRST;

    /** Returns the place of an axis of the network. */
    int place(int axis) {
      return this == LAST ? axis : List.of(0, 2, 3, 1).get(axis);
    }
  }

  private record Form(ElementType type, Order order) {}

  private final Graph graph;
  private final Tensor tensor;
  private final Form own;
  private final Map<Form, String> forms = new LinkedHashMap<>();

  GraphValue(Graph graph, Tensor tensor, String name, ElementType type, Order order) {
    this.graph = graph;
    this.tensor = tensor;
    this.own = new Form(type, order);
    forms.put(own, name);
  }

  Tensor tensor() {
    return tensor;
  }

  /** Returns the order in which it was computed. */
  Order order() {
    return own.order;
  }

  /** Returns its name in the form in which it was computed. */
  String name() {
    return name(own.type, own.order);
  }

  /** Returns its name in a form. */
  String name(ElementType type, Order order) {
    var form = new Form(type, tensor.rank() == 4 ? order : Order.LAST);
    String known = forms.get(form);
    if (known != null) {
      return known;
    }
    String name =
        form.order == own.order
            ? graph.add(
                "Cast", List.of(name(own.type, own.order)), Attribute.of("to", (long) type.code))
            : graph.add(
                "Transpose",
                List.of(name(type, own.order)),
                Attribute.of("perm", form.order == Order.FIRST ? CHANNELS_FIRST : CHANNELS_LAST));
    forms.put(form, name);
    return name;
  }
}
