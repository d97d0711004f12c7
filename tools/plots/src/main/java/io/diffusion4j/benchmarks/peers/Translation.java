package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.weights.Layout;
import io.diffusion4j.nn.weights.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Translates each layer to operators of PyTorch. Values keep the axes of the network, so an image
 * {@code [B, H, W, C]} is contiguous, and {@code permute} makes it an image in the layout
 * <i>channels last</i> without a copy.
 */
final class Translation implements Layer.Visitor<Node, Expression> {
  /** The class of the network. */
  static final String CLASS = "Network";

  /** An attribute that every module has. */
  static final String TRAINING = "training";

  private static final String INDENT = "    ";

  private final Network network;
  private final TensorSource weights;
  private final TorchType activations;
  private final List<Expression> values = new ArrayList<>();
  private final List<String> keys;
  private final StringBuilder body = new StringBuilder();
  private final List<String> arguments = new ArrayList<>();
  private final Map<String, PeerTensor> tensors = new LinkedHashMap<>();
  private int variables;

  private Translation(Network network, TensorSource weights, TorchType activations) {
    this.network = network;
    this.weights = weights;
    this.activations = activations;
    keys = List.copyOf(network.parameters().keySet());
  }

  /** Translates a whole network. */
  static Translation of(Network network, TensorSource weights, TorchType activations) {
    var translation = new Translation(network, weights, activations);
    translation.run();
    return translation;
  }

  private void run() {
    for (Node node : network.nodes()) {
      values.add(node.layer().accept(this, node));
    }
    String outputs =
        network.outputs().stream()
            .map(output -> values.get(output.node()).in(TorchType.FLOAT32))
            .collect(Collectors.joining(", "));
    line("return (%s,)".formatted(outputs));
  }

  /** Returns the tensors of the object, in the order of their storages. */
  List<PeerTensor> tensors() {
    return List.copyOf(tensors.values());
  }

  /** Returns the class with its method {@code forward}. */
  String code() {
    var code = new StringBuilder("class " + CLASS + "(Module):\n");
    code.append("  __parameters__ = []\n  __buffers__ = []\n");
    code.append("  ").append(TRAINING).append(" : bool\n");
    tensors().forEach(tensor -> code.append("  ").append(tensor.name()).append(" : Tensor\n"));
    String results = String.join(", ", network.outputs().stream().map(o -> "Tensor").toList());
    code.append("  def forward(self: __torch__.").append(CLASS);
    arguments.forEach(argument -> code.append(", ").append(argument).append(": Tensor"));
    return code.append(") -> Tuple[").append(results).append("]:\n").append(body).toString();
  }

  // Values

  private TorchType type(Role role) {
    return switch (role) {
      case INTEGERS -> TorchType.INT64;
      case NUMBERS -> TorchType.FLOAT32;
      case ACTIVATIONS -> activations;
    };
  }

  private void line(String statement) {
    body.append(INDENT).append(statement).append('\n');
  }

  /** Assigns an expression to a new variable, and returns that. */
  private String assign(String expression) {
    String variable = "v" + variables++;
    line(variable + " = " + expression);
    return variable;
  }

  /** Returns an input in the role in which the node reads it. */
  private String read(Node node, int i) {
    return read(node, i, type(node.inputs().get(i).role()));
  }

  private String read(Node node, int i, TorchType type) {
    return values.get(node.input(i)).in(type);
  }

  /** Returns an input in float32. */
  private String wide(Node node, int i) {
    return read(node, i, TorchType.FLOAT32);
  }

  /** Returns an output in the type of its role. */
  private Expression value(Node node, String expression) {
    return value(expression, type(node.output().role()));
  }

  private Expression value(String expression, TorchType type) {
    return new Expression(this::assign, assign(expression), type);
  }

  private static String call(String operator, Object... arguments) {
    return IntStream.range(0, arguments.length)
        .mapToObj(i -> String.valueOf(arguments[i]))
        .collect(Collectors.joining(", ", "torch." + operator + "(", ")"));
  }

  /** Returns a view of an image with its channels first. */
  private static String first(String image) {
    return call("permute", image, "[0, 3, 1, 2]");
  }

  /** Returns a view of an image with its channels last. */
  private static String last(String image) {
    return call("permute", image, "[0, 2, 3, 1]");
  }

  private static String reshape(String x, Object shape) {
    return call("reshape", x, shape);
  }

  /** Returns a shape, with −1 for the size of the batch. */
  private static List<Long> shape(Tensor value) {
    return value.shape(); // Tensor.BATCH is −1, too
  }

  // Parameters

  private String attribute(PeerTensor tensor) {
    tensors.putIfAbsent(tensor.name(), tensor);
    return "self." + tensor.name();
  }

  private String name(String key, TorchType type) {
    return "p%d_%s".formatted(keys.indexOf(key), type.dtype); // a key is no identifier
  }

  /** Returns a parameter in its shape in checkpoints, which is PyTorch's own. */
  private String parameter(String key, TorchType type) {
    return parameter(key, type, network.parameter(key).shape());
  }

  private String parameter(String key, TorchType type, long... shape) {
    return attribute(PeerTensor.of(name(key, type), type, shape, () -> weights.read(key)));
  }

  /** Returns a bias, or {@code None} without one. */
  private String bias(String key) {
    return key.isEmpty() ? "None" : parameter(key, activations);
  }

  // Sources

  @Override
  public Expression visit(Layer.Input layer, Node node) {
    String argument = "x" + arguments.size();
    arguments.add(argument);
    var type = node.output().role() == Role.INTEGERS ? TorchType.INT64 : TorchType.FLOAT32;
    return new Expression(this::assign, argument, type);
  }

  @Override
  public Expression visit(Layer.Constant layer, Node node) {
    var type = node.output().role() == Role.INTEGERS ? TorchType.INT64 : TorchType.FLOAT32;
    long[] shape = node.output().shape(1);
    var constant = PeerTensor.of("c" + values.size(), type, shape, layer::values);
    return value(attribute(constant), type);
  }

  @Override
  public Expression visit(Layer.Learned layer, Node node) {
    Parameter parameter = network.parameter(layer.key());
    Layout layout = parameter.layout();
    var type = TorchType.FLOAT32;
    var tensor =
        PeerTensor.of(
            name(layer.key(), type),
            type,
            layout.graphShape(parameter.shape()),
            () -> layout.toGraph(weights.read(layer.key()), parameter.shape()));
    return value(attribute(tensor), type);
  }

  // Layers with parameters

  @Override
  public Expression visit(Layer.Linear layer, Node node) {
    Parameter weight = network.parameter(layer.weight());
    long[] shape = {layer.out(), layer.in()};
    var tensor =
        PeerTensor.of(
            name(layer.weight(), activations),
            activations,
            shape,
            () -> {
              float[] values = weights.read(layer.weight());
              return weight.layout() == Layout.SAME
                  ? Layout.LINEAR.toCheckpoint(values, shape)
                  : values;
            });
    return value(node, call("linear", read(node, 0), attribute(tensor), bias(layer.bias())));
  }

  @Override
  public Expression visit(Layer.Conv2d layer, Node node) {
    Parameter weight = network.parameter(layer.weight());
    String filters =
        attribute(
            PeerTensor.channelsLast(
                name(layer.weight(), activations),
                activations,
                weight.shape(),
                () -> weights.read(layer.weight())));
    int pad = layer.pad();
    int end = layer.padEnd();
    String x = read(node, 0);
    String image =
        pad == end ? x : call("constant_pad_nd", x, List.of(0, 0, pad, end, pad, end), 0);
    int both = pad == end ? pad : 0;
    String y =
        call(
            "conv2d",
            first(image),
            filters,
            bias(layer.bias()),
            List.of(layer.stride(), layer.stride()),
            List.of(both, both),
            "[1, 1]",
            1);
    return value(node, last(y));
  }

  @Override
  public Expression visit(Layer.Embedding layer, Node node) {
    return value(node, call("embedding", parameter(layer.table(), activations), read(node, 0)));
  }

  @Override
  public Expression visit(Layer.GroupNorm layer, Node node) {
    long c = node.output().last();
    String y =
        last(
            call(
                "group_norm",
                first(read(node, 0, activations)),
                layer.groups(),
                parameter(layer.gain(), activations),
                parameter(layer.shift(), activations),
                layer.eps(),
                "False"));
    if (node.inputs().size() == 2) {
      String both = reshape(read(node, 1, activations), List.of(-1, 1, 1, 2 * c));
      String onePlus = call("add", call("narrow", both, 3, 0, c), 1);
      y = call("add", call("mul", y, onePlus), call("narrow", both, 3, c, c));
    }
    return value(layer.silu() ? call("silu", y) : y, activations);
  }

  @Override
  public Expression visit(Layer.LayerNorm layer, Node node) {
    var gain = parameter(layer.gain(), activations);
    var shift = parameter(layer.shift(), activations);
    return value(normalised(node, gain, shift, layer.eps()), activations);
  }

  @Override
  public Expression visit(Layer.AdaptiveLayerNorm layer, Node node) {
    String onePlus = call("add", call("unsqueeze", read(node, 1, activations), 1), 1);
    String shift = call("unsqueeze", read(node, 2, activations), 1);
    String unit = normalised(node, "None", "None", layer.eps());
    return value(call("add", call("mul", unit, onePlus), shift), activations);
  }

  private String normalised(Node node, String gain, String shift, double eps) {
    var axes = List.of(node.output().last());
    return call("layer_norm", read(node, 0, activations), axes, gain, shift, eps, "False");
  }

  @Override
  public Expression visit(Layer.Chosen layer, Node node) {
    String use = wide(node, 1);
    String row = parameter(layer.row(), TorchType.FLOAT32);
    String learned = call("mul", row, call("rsub", use, 1));
    return value(call("add", call("mul", wide(node, 0), use), learned), TorchType.FLOAT32);
  }

  // Attention

  @Override
  public Expression visit(Layer.Attention layer, Node node) {
    Tensor q = node.inputs().get(0);
    String mask = "None";
    for (int i = 3; i < node.inputs().size(); i++) {
      String next = wide(node, i);
      mask = i == 3 ? next : call("add", mask, next);
    }
    if (node.inputs().size() > 3) {
      mask = assign(call("to", mask, activations.code));
    }
    String mixed =
        call(
            "scaled_dot_product_attention",
            heads(node, 0, layer),
            heads(node, 1, layer),
            heads(node, 2, layer),
            mask);
    return value(node, reshape(call("transpose", mixed, 1, 2), List.of(-1, q.size(1), q.last())));
  }

  /** Splits the heads: {@code [B, heads, L, d]}. */
  private String heads(Node node, int i, Layer.Attention layer) {
    Tensor x = node.inputs().get(i);
    var split = List.of(-1, x.size(1), layer.heads(), x.last() / layer.heads());
    return call("transpose", reshape(read(node, i), split), 1, 2);
  }

  @Override
  public Expression visit(Layer.Hide layer, Node node) {
    String absent = call("rsub", wide(node, 0), 1);
    String lowered = call("mul", absent, (double) layer.hidden());
    String row = call("unsqueeze", call("unsqueeze", lowered, 1), 1);
    return value(
        node,
        layer.after() == 0 ? row : call("constant_pad_nd", row, List.of(0, layer.after()), 0));
  }

  // Arrangement

  @Override
  public Expression visit(Layer.Deal layer, Node node) {
    String columns = reshape(read(node, 0), List.of(-1, node.output().last(), layer.parts()));
    return value(node, call("transpose", columns, 1, 2));
  }

  @Override
  public Expression visit(Layer.Concat layer, Node node) {
    var parts = IntStream.range(0, node.inputs().size()).mapToObj(i -> read(node, i)).toList();
    return value(node, call("cat", parts, layer.axis()));
  }

  @Override
  public Expression visit(Layer.Reshape layer, Node node) {
    return value(node, reshape(read(node, 0), shape(node.output())));
  }

  @Override
  public Expression visit(Layer.Slice layer, Node node) {
    return value(node, call("narrow", read(node, 0), layer.axis(), layer.begin(), layer.size()));
  }

  @Override
  public Expression visit(Layer.Permute layer, Node node) {
    return value(node, call("permute", read(node, 0), layer.axes()));
  }

  @Override
  public Expression visit(Layer.ForEach layer, Node node) {
    String batch = call("size", values.get(node.input(1)).in(type(node.inputs().get(1).role())), 0);
    List<Object> sizes = new ArrayList<>(shape(node.output()));
    sizes.set(0, batch);
    return value(node, call("expand", read(node, 0), sizes));
  }

  @Override
  public Expression visit(Layer.UpsampleNearest layer, Node node) {
    return value(node, last(call("upsample_nearest2d", first(read(node, 0)), "None", "[2., 2.]")));
  }

  @Override
  public Expression visit(Layer.AveragePool layer, Node node) {
    return value(node, last(call("avg_pool2d", first(read(node, 0)), "[2, 2]")));
  }

  // Arithmetic

  @Override
  public Expression visit(Layer.Apply layer, Node node) {
    return value(node, apply(layer.function(), read(node, 0)));
  }

  private static String apply(Function function, String x) {
    return switch (function) {
      case NEGATE -> call("neg", x);
      case ABS -> call("abs", x);
      case SQUARE -> call("mul", x, x);
      case EXP -> call("exp", x);
      case LOG -> call("log", x);
      case SINE -> call("sin", x);
      case INVERSE_ROOT -> call("rsqrt", x);
      case SIGMOID -> call("sigmoid", x);
      case SILU -> call("silu", x);
      case RELU -> call("relu", x);
      case GELU -> call("gelu", x, "approximate=\"none\"");
      case GELU_TANH -> call("gelu", x, "approximate=\"tanh\"");
      case QUICK_GELU -> call("mul", x, call("sigmoid", call("mul", x, Function.QUICK)));
    };
  }

  @Override
  public Expression visit(Layer.Combine layer, Node node) {
    String operator =
        switch (layer.operation()) {
          case ADD -> "add";
          case SUBTRACT -> "sub";
          case MULTIPLY -> "mul";
          case MAXIMUM -> "maximum";
          case MINIMUM -> "minimum";
        };
    return value(node, call(operator, read(node, 0), read(node, 1)));
  }

  @Override
  public Expression visit(Layer.Select layer, Node node) {
    return value(node, call("where", call("gt", wide(node, 0), 0), wide(node, 1), wide(node, 2)));
  }

  @Override
  public Expression visit(Layer.Reduce layer, Node node) {
    String operator =
        switch (layer.statistic()) {
          case SUM -> "sum";
          case MEAN -> "mean";
          case MAXIMUM -> "amax";
          case LOG_SUM_EXP -> "logsumexp";
        };
    return value(node, call(operator, wide(node, 0), layer.axes(), "False"));
  }

  @Override
  public Expression visit(Layer.Product layer, Node node) {
    return value(node, call("matmul", read(node, 0), call("transpose", read(node, 1), -2, -1)));
  }

  @Override
  public Expression visit(Layer.OneHot layer, Node node) {
    // PyTorch's one_hot refuses integers that are no place, which give zeros here
    String row = call("eq", call("unsqueeze", read(node, 0), -1), call("arange", layer.size()));
    return value(node, call("to", row, type(node.output().role()).code));
  }

  @Override
  public Expression visit(Layer.Detached layer, Node node) {
    return values.get(node.input(0));
  }
}
