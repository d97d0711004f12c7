package io.diffusion4j.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The {@code GraphProto} of a network as it is built: operators, constants, inputs and outputs. */
final class Graph {
  private final List<Message> nodes = new ArrayList<>();
  private final List<Message> inputs = new ArrayList<>();
  private final List<Message> outputs = new ArrayList<>();
  private final Map<String, Initializer> initializers = new LinkedHashMap<>();
  private final Map<String, String> constants = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();

  /** A size of an axis: a number, or a name if it is open. */
  record Dimension(long size, String name) {
    static Dimension of(long size) {
      return new Dimension(size, "");
    }

    static Dimension open(String name) {
      return new Dimension(-1, name);
    }

    private Message message() {
      return name.isEmpty() ? new Message().number(1, size) : new Message().text(2, name);
    }
  }

  /**
   * Declares an input.
   *
   * @throws IllegalArgumentException if there is one of this name
   */
  void input(String name, ElementType type, List<Dimension> shape) {
    requireNew(name);
    inputs.add(value(name, type, shape));
  }

  /** Makes a value an output of this name. */
  void output(String value, String name, ElementType type, List<Dimension> shape) {
    requireNew(name);
    nodes.add(node("Identity", name, List.of(value)));
    outputs.add(value(name, type, shape));
  }

  private void requireNew(String name) {
    if (!names.add(name)) {
      throw new IllegalArgumentException("name: " + name + " (expected: one for each value)");
    }
  }

  private static Message value(String name, ElementType type, List<Dimension> shape) {
    var dimensions = new Message();
    shape.forEach(dimension -> dimensions.message(1, dimension.message()));
    var tensor = new Message().number(1, type.code).message(2, dimensions);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  /** Adds an operator and returns the name of its output. */
  String add(String operator, List<String> inputs, Attribute... attributes) {
    String output = unique(operator);
    nodes.add(node(operator, output, inputs, attributes));
    return output;
  }

  private static Message node(
      String operator, String output, List<String> inputs, Attribute... attributes) {
    var node = new Message();
    inputs.forEach(input -> node.text(1, input));
    node.text(2, output).text(3, output).text(4, operator);
    Arrays.stream(attributes).forEach(attribute -> node.message(5, attribute.message()));
    return node;
  }

  private String unique(String operator) {
    int number = nodes.size();
    String name = operator + "_" + number;
    while (!names.add(name)) {
      name = operator + "_" + ++number;
    }
    return name;
  }

  /**
   * Adds floats, once for each key, which are read when the file is written.
   *
   * @param key the name, if no other value has it
   */
  String floats(String key, ElementType type, long[] shape, Supplier<float[]> values) {
    String identity = key + " " + type + Arrays.toString(shape);
    return constants.computeIfAbsent(
        identity,
        k -> {
          String name = names.add(key) ? key : unique(key);
          initializers.put(name, Initializer.floats(name, type, shape, values));
          return name;
        });
  }

  /** Adds a number, once for each value. */
  String scalar(ElementType type, double value) {
    float[] values = {(float) value};
    return floats("constant_" + values[0], type, new long[0], () -> values);
  }

  /** Adds a number in double precision. */
  String number(double value) {
    String name = unique("number");
    initializers.put(name, Initializer.number(name, value));
    return name;
  }

  /** Adds a vector of integers, once for each value. */
  String longs(long... values) {
    String key = "integers" + Arrays.toString(values);
    return constants.computeIfAbsent(
        key,
        k -> {
          String name = unique("integers");
          initializers.put(name, Initializer.longs(name, new long[] {values.length}, values));
          return name;
        });
  }

  /** Adds integers in a shape. */
  String integers(long[] shape, long... values) {
    String name = unique("integers");
    initializers.put(name, Initializer.longs(name, shape, values));
    return name;
  }

  /** Returns the constants in the order of their first use. */
  List<Initializer> initializers() {
    return List.copyOf(initializers.values());
  }

  /**
   * Returns the {@code GraphProto}.
   *
   * @param tensors the {@code TensorProto} of each constant
   */
  Message message(String name, List<Message> tensors) {
    var graph = new Message();
    nodes.forEach(node -> graph.message(1, node));
    graph.text(2, name);
    tensors.forEach(tensor -> graph.message(5, tensor));
    inputs.forEach(input -> graph.message(11, input));
    outputs.forEach(output -> graph.message(12, output));
    return graph;
  }
}
