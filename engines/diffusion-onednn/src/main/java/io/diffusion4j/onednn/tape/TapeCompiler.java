package io.diffusion4j.onednn.tape;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import io.diffusion4j.onednn.core.Curve;
import io.diffusion4j.onednn.core.DataType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Compiles the layers of a network to a tape. Activations with pixels or tokens have the tape's
 * number format, vectors are in float32. Layers without a derivative here are errors.
 */
final class TapeCompiler implements Layer.Visitor<Node, Activation> {
  private final Tape tape;
  private final Network network;
  private final Set<String> differentiated;
  private final List<Integer> uses;
  private final List<Optional<Activation>> values = new ArrayList<>();
  private final Map<String, Activation> inputs = new LinkedHashMap<>();
  private final Map<List<Integer>, Activation> masks = new HashMap<>();
  private final Map<Integer, Activation> constants = new HashMap<>();

  private TapeCompiler(Tape tape, Network network, Set<String> differentiated) {
    this.tape = tape;
    this.network = network;
    this.differentiated = differentiated;
    this.uses = new ArrayList<>(Collections.nCopies(network.nodes().size(), 0));
    network.nodes().forEach(node -> node.inputs().forEach(this::use));
    network.outputs().forEach(this::use);
  }

  private void use(Tensor tensor) {
    uses.set(tensor.node(), uses.get(tensor.node()) + 1);
  }

  /**
   * A network on a tape.
   *
   * @param inputs the fed values by name, in float32
   * @param outputs the outputs, in float32; their gradients are set before the backward pass
   */
  record Compiled(Map<String, Activation> inputs, List<Activation> outputs) {
    Activation input(String name) {
      return Objects.requireNonNull(inputs.get(name), name);
    }
  }

  /**
   * Puts a network on a tape and completes it.
   *
   * @param activations whether activations are kept for the backward pass
   * @param differentiated names of the inputs whose gradients are needed
   * @throws UnsupportedLayerException naming a layer that cannot be differentiated here
   */
  static Compiled compile(
      Tape tape, Network network, Activations activations, Set<String> differentiated) {
    var compiler = new TapeCompiler(tape, network, differentiated);
    var segments =
        activations == Activations.KEPT
            ? Segments.none(network)
            : Segments.of(network, compiler::place);
    for (int n = 0; n < network.nodes().size(); n++) {
      int node = n;
      if (segments.startsWith(n)) {
        tape.beginSegment();
      }
      compiler.values.add(
          segments.keeps(n)
              ? tape.lasting(() -> compiler.compiled(node))
              : compiler.compiled(node));
    }
    List<Activation> outputs = new ArrayList<>();
    for (Tensor value : network.outputs()) {
      var output =
          tape.lasting(() -> new ReshapeOps(tape).cast(compiler.value(value), DataType.FLOAT32));
      outputs.add(output);
    }
    tape.finish(outputs);
    return new Compiled(compiler.inputs, outputs);
  }

  private static UnsupportedLayerException unsupported(Node node) {
    return new UnsupportedLayerException(node.layer() + " of " + node.inputs());
  }

  private Node node(Tensor tensor) {
    return network.nodes().get(tensor.node());
  }

  private Activation value(Tensor tensor) {
    return values
        .get(tensor.node())
        .or(() -> constant(tensor))
        .orElseThrow(() -> unsupported(node(tensor)));
  }

  /** Returns a table that all samples share, read as a value rather than as a mask. */
  private Optional<Activation> constant(Tensor tensor) {
    boolean isForAll = tensor.rank() >= 2 && tensor.size(0) == 1;
    return node(tensor)
        .layer()
        .constant()
        .filter(c -> isForAll)
        .map(c -> constants.computeIfAbsent(tensor.node(), n -> table(c, tensor)));
  }

  private Activation table(Layer.Constant layer, Tensor tensor) {
    var extent = Extent.of(tensor);
    var table =
        Activation.constant(tape.kernels(), DataType.FLOAT32, 1, extent.h, extent.w, extent.c);
    table.floats().put(0, layer.values());
    return table;
  }

  /** Returns an input: numbers in float32, activations in the tape's format. */
  private Activation in(Node node, int i) {
    var tensor = node.inputs().get(i);
    var x = value(tensor);
    return tensor.role() == Role.NUMBERS ? new ReshapeOps(tape).cast(x, DataType.FLOAT32) : x;
  }

  /** Returns float32 for vectors, and the tape's format for activations with pixels or tokens. */
  private DataType type(Tensor activations) {
    return activations.rank() == 2 ? DataType.FLOAT32 : tape.type();
  }

  /** Empty for a node without its own value on the tape. */
  private Optional<Activation> compiled(int n) {
    var node = network.nodes().get(n);
    var layer = node.layer();
    if (layer.mask().isPresent() || layer.constant().isPresent() || isFused(n)) {
      return Optional.empty(); // part of another
    }
    boolean isForAll = node.inputs().isEmpty() || layer.reshapes();
    if (!node.output().hasRows() && !isForAll) {
      throw unsupported(node);
    }
    return Optional.of(fit(layer.accept(this, node), node.output()));
  }

  /** Returns height, width and channels of a value; one that all samples share may have no rows. */
  private record Extent(int h, int w, int c) {
    static Extent of(Tensor tensor) {
      boolean isSample = tensor.hasRows() || tensor.rank() == 4;
      var sizes = isSample ? tensor.sample() : tensor.shape();
      int rank = sizes.size();
      int c = rank == 0 ? 1 : Math.toIntExact(sizes.get(rank - 1));
      int w = rank < 2 ? 1 : Math.toIntExact(sizes.get(rank - 2));
      int h = rank < 3 ? 1 : Math.toIntExact(sizes.get(rank - 3));
      return new Extent(h, w, c);
    }

    int size() {
      return h * w * c;
    }
  }

  /** Returns a value in the shape of the node, which may be another view of the same numbers. */
  private static Activation fit(Activation x, Tensor output) {
    var to = Extent.of(output);
    boolean same = x.height() == to.h && x.width() == to.w && x.channels() == to.c;
    return same ? x : x.view(to.h, to.w, to.c);
  }

  // The layers

  @Override
  public Activation visit(Layer.Input layer, Node node) {
    var output = node.output();
    var extent = Extent.of(output);
    boolean isDifferentiated = differentiated.contains(layer.name());
    var fed = tape.input(extent.h, extent.w, extent.c, isDifferentiated);
    inputs.put(layer.name(), fed);
    return output.role() == Role.INTEGERS ? fed : new ReshapeOps(tape).cast(fed, type(output));
  }

  /** Adds nothing: the mask is part of its attentions. */
  @Override
  public Activation visit(Layer.Constant layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Learned layer, Node node) {
    var extent = Extent.of(node.output());
    return tape.learned(tape.parameter(layer.key()), extent.h, extent.w, extent.c);
  }

  @Override
  public Activation visit(Layer.Linear layer, Node node) {
    int in = Math.toIntExact(layer.in());
    int out = Math.toIntExact(layer.out());
    var weight = tape.parameter(layer.weight());
    return new Dense(tape, weight, tape.optional(layer.bias()), in, out).forward(in(node, 0));
  }

  @Override
  public Activation visit(Layer.Conv2d layer, Node node) {
    return new Convolution(tape, layer).forward(in(node, 0), Optional.empty());
  }

  @Override
  public Activation visit(Layer.Embedding layer, Node node) {
    var table = tape.parameter(layer.table());
    var rows = new Lookup(tape, table, Math.toIntExact(layer.width())).forward(in(node, 0));
    return new ReshapeOps(tape).cast(rows, type(node.output()));
  }

  @Override
  public Activation visit(Layer.GroupNorm layer, Node node) {
    Optional<Activation> scaleShift =
        node.inputs().size() == 2 ? Optional.of(in(node, 1)) : Optional.empty();
    return new GroupNormalisation(
            tape,
            tape.parameter(layer.gain()),
            tape.parameter(layer.shift()),
            layer.groups(),
            layer.eps(),
            layer.silu())
        .forward(in(node, 0), scaleShift);
  }

  @Override
  public Activation visit(Layer.LayerNorm layer, Node node) {
    return new LayerNormalisation(tape, layer.eps())
        .learned(in(node, 0), tape.parameter(layer.gain()), tape.parameter(layer.shift()));
  }

  @Override
  public Activation visit(Layer.AdaptiveLayerNorm layer, Node node) {
    return new LayerNormalisation(tape, layer.eps())
        .adaptive(in(node, 0), in(node, 1), in(node, 2));
  }

  @Override
  public Activation visit(Layer.Chosen layer, Node node) {
    return new ConditionDropout(tape, tape.parameter(layer.row()))
        .forward(in(node, 0), in(node, 1));
  }

  @Override
  public Activation visit(Layer.Attention layer, Node node) {
    var q = in(node, 0);
    var k = in(node, 1);
    var mask = mask(node, q.pixels(), k.pixels());
    return new TrainedAttention(tape, layer.heads()).forward(q, k, in(node, 2), mask);
  }

  /**
   * Returns all masks of an attention combined; attentions with the same masks share the result.
   */
  private Optional<Activation> mask(Node attention, int queries, int keys) {
    var masks = attention.inputs().subList(3, attention.inputs().size());
    if (masks.isEmpty()) {
      return Optional.empty();
    }
    var key = Stream.concat(masks.stream().map(Tensor::node), Stream.of(queries, keys));
    return Optional.of(
        this.masks.computeIfAbsent(
            key.toList(),
            k -> {
              var mask = new AttentionMask(queries, keys);
              for (Tensor tensor : masks) {
                var node = node(tensor);
                var hide = node.layer().mask();
                if (hide.isPresent()) {
                  mask.add(hide.get(), in(node, 0));
                } else if (!node.layer().constant().map(mask::add).orElse(false)) {
                  throw unsupported(node);
                }
              }
              return mask.forward(tape);
            }));
  }

  /** Adds nothing: the mask is part of its attentions. */
  @Override
  public Activation visit(Layer.Hide layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Deal layer, Node node) {
    return new ReshapeOps(tape).deal(in(node, 0), layer.parts(), tape.type());
  }

  @Override
  public Activation visit(Layer.Concat layer, Node node) {
    List<Activation> parts = new ArrayList<>();
    List<Integer> inner = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      parts.add(new ReshapeOps(tape).cast(in(node, i), type(node.output())));
      inner.add(inner(node.inputs().get(i), layer.axis()));
    }
    var extent = Extent.of(node.output());
    return new ReshapeOps(tape).concat(parts, inner, extent.h, extent.w, extent.c);
  }

  /** Returns the distance between neighbours on the previous axis, in numbers. */
  private static int inner(Tensor tensor, int axis) {
    var sizes = tensor.shape().subList(axis, tensor.rank());
    return Math.toIntExact(sizes.stream().reduce(1L, Math::multiplyExact));
  }

  @Override
  public Activation visit(Layer.Reshape layer, Node node) {
    return in(node, 0);
  }

  @Override
  public Activation visit(Layer.Slice layer, Node node) {
    var extent = Extent.of(node.output());
    int stretch = inner(node.inputs().get(0), layer.axis());
    int size = inner(node.output(), layer.axis());
    int begin = Math.toIntExact(layer.begin() * size / layer.size());
    return new ReshapeOps(tape)
        .slice(in(node, 0), stretch, begin, size, extent.h, extent.w, extent.c);
  }

  @Override
  public Activation visit(Layer.Permute layer, Node node) {
    var x = node.inputs().get(0);
    long[] dims = new long[x.rank()];
    long[] strides = new long[x.rank()];
    for (int i = 0; i < dims.length; i++) {
      int axis = layer.axes().get(i);
      dims[i] = i == 0 ? in(node, 0).samples() : x.size(axis);
      strides[i] = (long) inner(x, axis) / x.size(axis);
    }
    var extent = Extent.of(node.output());
    return new ReshapeOps(tape).permuted(in(node, 0), dims, strides, extent.h, extent.w, extent.c);
  }

  @Override
  public Activation visit(Layer.ForEach layer, Node node) {
    return new Sum(tape).forEach(in(node, 0), type(node.output()));
  }

  @Override
  public Activation visit(Layer.UpsampleNearest layer, Node node) {
    return new PoolingAndUpsampling(tape).upsampleNearest(in(node, 0));
  }

  @Override
  public Activation visit(Layer.AveragePool layer, Node node) {
    return new PoolingAndUpsampling(tape).averagePool(in(node, 0));
  }

  @Override
  public Activation visit(Layer.Apply layer, Node node) {
    var curve = Curve.of(layer.function());
    return curve.isPresent()
        ? new Elementwise(tape, curve.get()).forward(in(node, 0))
        : new Mapped(tape, layer.function()).forward(in(node, 0));
  }

  @Override
  public Activation visit(Layer.Combine layer, Node node) {
    return switch (layer.operation()) {
      case ADD -> sum(node);
      case MULTIPLY -> {
        var x = in(node, 0);
        var factors = in(node, 1);
        boolean haveRows = node.inputs().get(1).hasRows();
        if (haveRows
            && factors.rows() == factors.samples()
            && factors.channels() == x.channels()
            && x.pixels() > 1) {
          yield new Sum(tape).gated(x, factors);
        }
        boolean areActivations = node.output().role() == Tensor.Role.ACTIVATIONS;
        if (areActivations && isSameSize(node) && haveRows) {
          yield new Sum(tape).product(x, new ReshapeOps(tape).cast(factors, x.type()));
        }
        if (!haveRows || factors.isDifferentiable() || factors.size() != x.rows()) {
          throw unsupported(node);
        }
        yield new Sum(tape).scaled(x, factors);
      }
      case SUBTRACT, MAXIMUM, MINIMUM -> throw unsupported(node);
    };
  }

  private Activation sum(Node node) {
    var second = node(node.inputs().get(1));
    var a = new ReshapeOps(tape).cast(in(node, 0), type(node.output()));
    var convolution = second.layer().convolution();
    if (convolution.isPresent() && values.get(node.input(1)).isEmpty()) {
      return new Convolution(tape, convolution.get()).forward(in(second, 0), Optional.of(a));
    }
    var b = in(node, 1);
    if (isSameSize(node)) {
      return new Sum(tape).of(a, b);
    }
    if (b.samples() != a.samples() || b.rows() != b.samples() || b.channels() != a.channels()) {
      throw unsupported(node);
    }
    return new Sum(tape).overPixels(a, b);
  }

  /** Returns the node with which a node is computed: for a fused convolution, its sum. */
  private int place(int index) {
    if (isFused(index)) {
      for (int n = index + 1; n < network.nodes().size(); n++) {
        if (network.nodes().get(n).inputs().stream().anyMatch(x -> x.node() == index)) {
          return n;
        }
      }
    }
    return index;
  }

  /** A convolution whose only reader is a sum of equal shapes is computed with the sum. */
  private boolean isFused(int index) {
    return uses.get(index) == 1
        && network.nodes().get(index).layer().convolution().isPresent()
        && network.nodes().stream()
            .anyMatch(
                node ->
                    node.layer().is(Operation.ADD) && node.input(1) == index && isSameSize(node));
  }

  private static boolean isSameSize(Node sum) {
    var second = sum.inputs().get(1);
    long size = second.hasRows() ? second.sampleSize() : Extent.of(second).size();
    return sum.inputs().get(0).hasRows() && sum.inputs().get(0).sampleSize() == size;
  }

  @Override
  public Activation visit(Layer.Select layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Reduce layer, Node node) {
    boolean isOverTokens = node.inputs().get(0).rank() == 3 && layer.axes().equals(List.of(1));
    if (!isOverTokens) {
      throw unsupported(node);
    }
    var x = in(node, 0);
    return switch (layer.statistic()) {
      case SUM -> new Sum(tape).overTokens(x, 1);
      case MEAN -> new Sum(tape).overTokens(x, 1f / x.pixels());
      case MAXIMUM, LOG_SUM_EXP -> throw unsupported(node);
    };
  }

  @Override
  public Activation visit(Layer.Product layer, Node node) {
    int rank = node.output().rank();
    if (rank < 3) {
      throw unsupported(node); // of all samples
    }
    int m = Math.toIntExact(node.output().size(rank - 2));
    int n = Math.toIntExact(node.output().size(rank - 1));
    var extent = Extent.of(node.output());
    return new RowProducts(tape, m, n)
        .forward(in(node, 0), in(node, 1), extent.h, extent.w, extent.c);
  }

  @Override
  public Activation visit(Layer.OneHot layer, Node node) {
    var extent = Extent.of(node.output());
    var ids = in(node, 0);
    var y =
        Activation.of(
            tape.kernels(), DataType.FLOAT32, ids.samples(), extent.h, extent.w, extent.c, false);
    tape.forward(
        List.of(ids.buffer(), y.buffer()),
        stream -> {
          var of = ids.floats();
          var to = y.floats();
          for (int i = 0; i < to.capacity(); i++) {
            to.put(i, of.get(i / layer.size()) == i % layer.size() ? 1 : 0);
          }
        });
    return y;
  }

  @Override
  public Activation visit(Layer.Detached layer, Node node) {
    throw unsupported(node);
  }
}
