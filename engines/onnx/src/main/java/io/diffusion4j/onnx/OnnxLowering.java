package io.diffusion4j.onnx;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.loss.TanhNormal;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.weights.Parameter;
import io.diffusion4j.onnx.GraphValue.Order;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Translates each layer to operators of ONNX. Images are computed with their channels first, the
 * order of ONNX's convolutions; all other layers keep the order of their input.
 */
final class OnnxLowering implements Layer.Visitor<Node, GraphValue> {

  private final Graph graph;
  private final Network network;
  private final TensorSource weights;
  private final ElementType activations;
  private final OpenAxes sizes;
  private final Inputs inputs;
  private final List<GraphValue> values = new ArrayList<>();

  /** Declares an input of the network in the graph. */
  @FunctionalInterface
  interface Inputs {
    GraphValue declare(String name, Tensor value);
  }

  OnnxLowering(
      Graph graph,
      Network network,
      TensorSource weights,
      ElementType activations,
      OpenAxes sizes,
      Inputs inputs) {
    this.graph = graph;
    this.network = network;
    this.weights = weights;
    this.activations = activations;
    this.sizes = sizes;
    this.inputs = inputs;
  }

  /** Translates the whole network and returns the value of each node. */
  List<GraphValue> run() {
    for (Node node : network.nodes()) {
      values.add(node.layer().accept(this, node));
    }
    return values;
  }

  // Values

  private ElementType type(Role role) {
    return switch (role) {
      case INTEGERS -> ElementType.INT64;
      case NUMBERS -> ElementType.FLOAT;
      case ACTIVATIONS -> activations;
    };
  }

  private GraphValue input(Node node, int i) {
    return values.get(node.input(i));
  }

  /** Returns an input in the role in which the node reads it, in the network's order of axes. */
  private String read(Node node, int i) {
    return read(node, i, Order.LAST);
  }

  private String read(Node node, int i, Order order) {
    return input(node, i).name(type(node.inputs().get(i).role()), order);
  }

  /** Returns an input in float32, in the network's order of axes. */
  private String wide(Node node, int i) {
    return input(node, i).name(ElementType.FLOAT, Order.LAST);
  }

  /** Returns an output in the type of its role, in the network's order of axes. */
  private GraphValue value(Node node, String name) {
    return value(node, name, Order.LAST);
  }

  private GraphValue value(Node node, String name, Order order) {
    return new GraphValue(graph, node.output(), name, type(node.output().role()), order);
  }

  private GraphValue value(Node node, String name, ElementType type) {
    return new GraphValue(graph, node.output(), name, type, Order.LAST);
  }

  private String add(String operator, String... inputs) {
    return graph.add(operator, List.of(inputs));
  }

  /**
   * Returns the order of axes for a layer that treats all pixels in the same way: channels first if
   * one of its inputs already has this order and no other input has fewer axes.
   */
  private Order order(Node node) {
    boolean isFirst = false;
    for (Tensor input : node.inputs()) {
      if (input.rank() != 4 && input.rank() != 0) {
        return Order.LAST;
      }
      isFirst |= values.get(input.node()).order() == Order.FIRST;
    }
    return isFirst ? Order.FIRST : Order.LAST;
  }

  // Parameters

  private String parameter(String key, ElementType type) {
    Parameter parameter = network.parameter(key);
    return parameter(key, type, parameter.layout().graphShape(parameter.shape()));
  }

  /**
   * Returns a parameter in the graph's order of axes, in a shape with the same number of values.
   */
  private String parameter(String key, ElementType type, long... shape) {
    Parameter parameter = network.parameter(key);
    return graph.floats(
        key, type, shape, () -> parameter.layout().toGraph(weights.read(key), parameter.shape()));
  }

  private String scalar(ElementType type, double value) {
    return graph.scalar(type, value);
  }

  private String filled(long size, float value) {
    return graph.floats(
        "filled_" + value,
        ElementType.FLOAT,
        new long[] {size},
        () -> {
          float[] values = new float[Math.toIntExact(size)];
          Arrays.fill(values, value);
          return values;
        });
  }

  // Shapes

  private String reshape(String x, long... shape) {
    return add("Reshape", x, graph.longs(shape));
  }

  private String transpose(String x, long... order) {
    return graph.add("Transpose", List.of(x), Attribute.of("perm", order));
  }

  private String unsqueeze(String x, long... axes) {
    return add("Unsqueeze", x, graph.longs(axes));
  }

  private String slice(String x, int axis, long begin, long size) {
    return add("Slice", x, graph.longs(begin), graph.longs(begin + size), graph.longs((long) axis));
  }

  /** Returns the size of an axis of a value in this order of axes, as a vector of one integer. */
  private String size(String x, int place) {
    return graph.add(
        "Shape", List.of(x), Attribute.of("start", (long) place), Attribute.of("end", place + 1L));
  }

  // Sources

  @Override
  public GraphValue visit(Layer.Input layer, Node node) {
    return inputs.declare(layer.name(), node.output());
  }

  @Override
  public GraphValue visit(Layer.Constant layer, Node node) {
    float[] all = layer.values();
    long[] shape = node.output().shape(1);
    if (node.output().role() == Role.INTEGERS) {
      long[] whole = new long[all.length];
      for (int i = 0; i < whole.length; i++) {
        whole[i] = (long) all[i];
      }
      return value(node, graph.integers(shape, whole));
    }
    String name =
        shape.length == 0
            ? scalar(ElementType.FLOAT, all[0])
            : graph.floats("constant_of_" + values.size(), ElementType.FLOAT, shape, () -> all);
    return value(node, name);
  }

  @Override
  public GraphValue visit(Layer.Learned layer, Node node) {
    return value(node, parameter(layer.key(), ElementType.FLOAT));
  }

  // Layers with parameters

  @Override
  public GraphValue visit(Layer.Linear layer, Node node) {
    String y = add("MatMul", read(node, 0), parameter(layer.weight(), activations));
    return value(
        node, layer.bias().isEmpty() ? y : add("Add", y, parameter(layer.bias(), activations)));
  }

  @Override
  public GraphValue visit(Layer.Conv2d layer, Node node) {
    long kernel = layer.kernel();
    Parameter weight = network.parameter(layer.weight());
    List<String> read = new ArrayList<>();
    read.add(read(node, 0, Order.FIRST));
    read.add(
        graph.floats(
            layer.weight(), activations, weight.shape(), () -> weights.read(layer.weight())));
    if (!layer.bias().isEmpty()) {
      read.add(parameter(layer.bias(), activations));
    }
    String y =
        graph.add(
            "Conv",
            read,
            Attribute.of("kernel_shape", new long[] {kernel, kernel}),
            Attribute.of("strides", new long[] {layer.stride(), layer.stride()}),
            Attribute.of(
                "pads", new long[] {layer.pad(), layer.pad(), layer.padEnd(), layer.padEnd()}));
    return value(node, y, Order.FIRST);
  }

  @Override
  public GraphValue visit(Layer.Embedding layer, Node node) {
    return value(
        node,
        graph.add(
            "Gather",
            List.of(parameter(layer.table(), activations), read(node, 0)),
            Attribute.of("axis", 0L)));
  }

  /** Computed in float32, as instances of groups. */
  @Override
  public GraphValue visit(Layer.GroupNorm layer, Node node) {
    long c = node.output().last();
    long groups = layer.groups();
    String x = input(node, 0).name(ElementType.FLOAT, Order.FIRST);
    String unit =
        graph.add(
            "InstanceNormalization",
            List.of(reshape(x, 0, groups, -1), filled(groups, 1), filled(groups, 0)),
            Attribute.of("epsilon", (float) layer.eps()));
    Tensor output = node.output();
    String shape =
        sizes.isOpen(output) ? add("Shape", x) : graph.longs(0, c, output.size(1), output.size(2));
    String y = add("Reshape", unit, shape);
    y = add("Mul", y, parameter(layer.gain(), ElementType.FLOAT, c, 1, 1));
    y = add("Add", y, parameter(layer.shift(), ElementType.FLOAT, c, 1, 1));
    if (node.inputs().size() == 2) {
      String both = unsqueeze(wide(node, 1), 2, 3);
      String onePlus = add("Add", slice(both, 1, 0, c), scalar(ElementType.FLOAT, 1));
      y = add("Add", add("Mul", y, onePlus), slice(both, 1, c, c));
    }
    var wide = new GraphValue(graph, output, y, ElementType.FLOAT, Order.FIRST);
    if (!layer.silu()) {
      return wide;
    }
    String narrow = wide.name(activations, Order.FIRST);
    return value(node, silu(narrow), Order.FIRST);
  }

  /** The layer is computed in float32. */
  @Override
  public GraphValue visit(Layer.LayerNorm layer, Node node) {
    String y =
        normalised(
            wide(node, 0),
            layer.eps(),
            parameter(layer.gain(), ElementType.FLOAT),
            parameter(layer.shift(), ElementType.FLOAT));
    return value(node, y, ElementType.FLOAT);
  }

  /** The layer is computed in float32. */
  @Override
  public GraphValue visit(Layer.AdaptiveLayerNorm layer, Node node) {
    long c = node.output().last();
    String unit = normalised(wide(node, 0), layer.eps(), filled(c, 1), filled(c, 0));
    String onePlus = add("Add", unsqueeze(wide(node, 1), 1), scalar(ElementType.FLOAT, 1));
    String y = add("Add", add("Mul", unit, onePlus), unsqueeze(wide(node, 2), 1));
    return value(node, y, ElementType.FLOAT);
  }

  private String normalised(String x, double eps, String gain, String shift) {
    return graph.add(
        "LayerNormalization",
        List.of(x, gain, shift),
        Attribute.of("axis", -1L),
        Attribute.of("epsilon", (float) eps));
  }

  @Override
  public GraphValue visit(Layer.Chosen layer, Node node) {
    String use = wide(node, 1);
    String absent = add("Sub", scalar(ElementType.FLOAT, 1), use);
    String row = parameter(layer.row(), ElementType.FLOAT);
    String y = add("Add", add("Mul", wide(node, 0), use), add("Mul", row, absent));
    return value(node, y, ElementType.FLOAT);
  }

  // Attention

  /** The softmax is in float32. */
  @Override
  public GraphValue visit(Layer.Attention layer, Node node) {
    long heads = layer.heads();
    long width = node.inputs().get(0).last() / heads;
    double scale = 1 / Math.sqrt((double) width);
    String q = heads(add("Mul", read(node, 0), scalar(activations, scale)), heads, width, 1, 3);
    String k = heads(read(node, 1), heads, width, 3, 1);
    String v = heads(read(node, 2), heads, width, 1, 3);
    String logits = cast(add("MatMul", q, k), activations, ElementType.FLOAT);
    for (int mask = 3; mask < node.inputs().size(); mask++) {
      logits = add("Add", logits, wide(node, mask));
    }
    String p = graph.add("Softmax", List.of(logits), Attribute.of("axis", -1L));
    String mixed = add("MatMul", cast(p, ElementType.FLOAT, activations), v);
    return value(node, reshape(transpose(mixed, 0, 2, 1, 3), 0, 0, heads * width));
  }

  /** Splits the heads: {@code [B, heads, L, d]} or, with the last two exchanged, its transpose. */
  private String heads(String x, long heads, long width, long length, long last) {
    return transpose(reshape(x, 0, 0, heads, width), 0, 2, length, last);
  }

  private String cast(String x, ElementType from, ElementType to) {
    return from == to ? x : graph.add("Cast", List.of(x), Attribute.of("to", (long) to.code));
  }

  @Override
  public GraphValue visit(Layer.Hide layer, Node node) {
    String absent = add("Sub", scalar(ElementType.FLOAT, 1), wide(node, 0));
    String lowered = add("Mul", absent, scalar(ElementType.FLOAT, layer.hidden()));
    String row = unsqueeze(lowered, 1, 2);
    return value(
        node,
        layer.after() == 0
            ? row
            : add("Pad", row, graph.longs(0, 0, 0, 0, 0, 0, 0, layer.after())));
  }

  // Arrangement

  @Override
  public GraphValue visit(Layer.Deal layer, Node node) {
    String columns = reshape(read(node, 0), 0, -1, layer.parts());
    return value(node, transpose(columns, 0, 2, 1));
  }

  @Override
  public GraphValue visit(Layer.Concat layer, Node node) {
    Order order = order(node);
    List<String> parts =
        IntStream.range(0, node.inputs().size()).mapToObj(i -> read(node, i, order)).toList();
    return value(
        node,
        graph.add("Concat", parts, Attribute.of("axis", (long) order.place(layer.axis()))),
        order);
  }

  @Override
  public GraphValue visit(Layer.Reshape layer, Node node) {
    return value(node, add("Reshape", read(node, 0), shape(node)));
  }

  /**
   * Returns the shape of a node's output. A 0 copies the size of the same axis of the input, and −1
   * is the remaining size, so that most shapes with open axes are constant.
   */
  private String shape(Node node) {
    Tensor x = node.inputs().get(0);
    Tensor y = node.output();
    long[] shape = new long[y.rank()];
    List<Integer> open = new ArrayList<>();
    for (int axis = 0; axis < shape.length; axis++) {
      boolean isCopy = axis < x.rank() && sizes.areSame(y.node(), axis, x.node(), axis);
      if (isCopy) {
        shape[axis] = 0;
      } else if (sizes.isOpen(y.node(), axis)) {
        shape[axis] = -1;
        open.add(axis);
      } else {
        shape[axis] = y.size(axis);
      }
    }
    return open.size() <= 1 ? graph.longs(shape) : computed(node, shape, open);
  }

  /** All open axes except the last have sizes of earlier values. */
  private String computed(Node node, long[] shape, List<Integer> open) {
    List<String> parts = new ArrayList<>();
    for (int axis = 0; axis < shape.length; axis++) {
      boolean isComputed = open.contains(axis) && axis != open.get(open.size() - 1);
      parts.add(isComputed ? known(node, axis) : graph.longs(shape[axis]));
    }
    return graph.add("Concat", parts, Attribute.of("axis", 0L));
  }

  private String known(Node node, int axis) {
    var like =
        sizes
            .find(node.output().node(), axis)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        network.name()
                            + ": "
                            + node.output().shape()
                            + " (expected: an open size that an earlier value has)"));
    GraphValue value = values.get(like.node());
    return size(
        value.name(), value.tensor().rank() == 4 ? value.order().place(like.axis()) : like.axis());
  }

  @Override
  public GraphValue visit(Layer.Slice layer, Node node) {
    Order order = order(node);
    String y = slice(read(node, 0, order), order.place(layer.axis()), layer.begin(), layer.size());
    return value(node, y, order);
  }

  @Override
  public GraphValue visit(Layer.Permute layer, Node node) {
    long[] axes = layer.axes().stream().mapToLong(Integer::longValue).toArray();
    return value(node, transpose(read(node, 0), axes));
  }

  @Override
  public GraphValue visit(Layer.ForEach layer, Node node) {
    String batch = size(input(node, 1).name(), 0);
    long[] ones = new long[node.output().rank() - 1];
    Arrays.fill(ones, 1);
    String shape =
        ones.length == 0
            ? batch
            : graph.add("Concat", List.of(batch, graph.longs(ones)), Attribute.of("axis", 0L));
    return value(node, add("Expand", read(node, 0), shape));
  }

  @Override
  public GraphValue visit(Layer.UpsampleNearest layer, Node node) {
    float[] twice = {1, 1, 2, 2};
    String scales = graph.floats("twice", ElementType.FLOAT, new long[] {4}, () -> twice);
    String y =
        graph.add(
            "Resize",
            List.of(read(node, 0, Order.FIRST), "", scales),
            Attribute.of("mode", "nearest"),
            Attribute.of("coordinate_transformation_mode", "asymmetric"),
            Attribute.of("nearest_mode", "floor"));
    return value(node, y, Order.FIRST);
  }

  @Override
  public GraphValue visit(Layer.AveragePool layer, Node node) {
    long[] two = {2, 2};
    String y =
        graph.add(
            "AveragePool",
            List.of(read(node, 0, Order.FIRST)),
            Attribute.of("kernel_shape", two),
            Attribute.of("strides", two));
    return value(node, y, Order.FIRST);
  }

  // Arithmetic

  @Override
  public GraphValue visit(Layer.Apply layer, Node node) {
    Order order = input(node, 0).order();
    ElementType type = type(node.output().role());
    return value(node, apply(layer.function(), read(node, 0, order), type), order);
  }

  private String apply(Function function, String x, ElementType type) {
    return switch (function) {
      case NEGATE -> add("Neg", x);
      case ABS -> add("Abs", x);
      case SQUARE -> add("Mul", x, x);
      case EXP -> add("Exp", x);
      case LOG -> add("Log", x);
      case SINE -> add("Sin", x);
      case INVERSE_ROOT -> add("Reciprocal", add("Sqrt", x));
      case SIGMOID -> add("Sigmoid", x);
      case SILU -> silu(x);
      case RELU -> add("Relu", x);
      case GELU -> {
        String erf = add("Erf", add("Div", x, scalar(type, Math.sqrt(2))));
        yield add("Mul", add("Mul", x, add("Add", erf, scalar(type, 1))), scalar(type, 0.5));
      }
      case GELU_TANH -> {
        String cubic = add("Mul", add("Mul", x, x), scalar(type, TanhNormal.CUBIC));
        String inner = add("Mul", x, add("Add", cubic, scalar(type, 1)));
        String tanh = add("Tanh", add("Mul", inner, scalar(type, TanhNormal.ROOT_2_BY_PI)));
        yield add("Mul", add("Mul", x, scalar(type, 0.5)), add("Add", tanh, scalar(type, 1)));
      }
      case QUICK_GELU -> add("Mul", x, add("Sigmoid", add("Mul", x, scalar(type, Function.QUICK))));
    };
  }

  private String silu(String x) {
    return add("Mul", x, add("Sigmoid", x));
  }

  @Override
  public GraphValue visit(Layer.Combine layer, Node node) {
    Order order = order(node);
    String operator =
        switch (layer.operation()) {
          case ADD -> "Add";
          case SUBTRACT -> "Sub";
          case MULTIPLY -> "Mul";
          case MAXIMUM -> "Max";
          case MINIMUM -> "Min";
        };
    return value(node, add(operator, read(node, 0, order), read(node, 1, order)), order);
  }

  @Override
  public GraphValue visit(Layer.Select layer, Node node) {
    String isThen = add("Greater", wide(node, 0), scalar(ElementType.FLOAT, 0));
    return value(node, add("Where", isThen, wide(node, 1), wide(node, 2)));
  }

  @Override
  public GraphValue visit(Layer.Reduce layer, Node node) {
    String operator =
        switch (layer.statistic()) {
          case SUM -> "ReduceSum";
          case MEAN -> "ReduceMean";
          case MAXIMUM -> "ReduceMax";
          case LOG_SUM_EXP -> "ReduceLogSumExp";
        };
    long[] axes = layer.axes().stream().mapToLong(Integer::longValue).toArray();
    return value(
        node,
        graph.add(
            operator, List.of(wide(node, 0), graph.longs(axes)), Attribute.of("keepdims", 0L)));
  }

  @Override
  public GraphValue visit(Layer.Product layer, Node node) {
    long[] exchanged = LongStream.range(0, node.output().rank()).toArray();
    exchanged[exchanged.length - 2] = exchanged.length - 1L;
    exchanged[exchanged.length - 1] = exchanged.length - 2L;
    return value(node, add("MatMul", read(node, 0), transpose(read(node, 1), exchanged)));
  }

  @Override
  public GraphValue visit(Layer.OneHot layer, Node node) {
    float[] offAndOn = {0, 1};
    String pair = graph.floats("off_and_on", ElementType.FLOAT, new long[] {2}, () -> offAndOn);
    return value(node, add("OneHot", read(node, 0), graph.longs(layer.size()), pair));
  }

  @Override
  public GraphValue visit(Layer.Detached layer, Node node) {
    return value(node, wide(node, 0));
  }
}
