package io.diffusion4j.onednn.tape;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import io.diffusion4j.onednn.core.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
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

  /** The values that are read in other formats than their own. */
  private final Map<Reading, Activation> readings = new HashMap<>();

  private final List<Set<Role>> roles = new ArrayList<>();
  private final Map<String, Activation> inputs = new LinkedHashMap<>();
  private final Map<List<Integer>, Activation> masks = new HashMap<>();
  private final Map<Integer, Activation> constants = new HashMap<>();

  /** A node, and the role in which it is read. */
  private record Reading(int node, Role role) {}

  private TapeCompiler(Tape tape, Network network, Set<String> differentiated) {
    this.tape = tape;
    this.network = network;
    this.differentiated = differentiated;
    this.uses = new ArrayList<>(Collections.nCopies(network.nodes().size(), 0));
    network.nodes().forEach(node -> roles.add(EnumSet.noneOf(Role.class)));
    network.nodes().forEach(node -> node.inputs().forEach(this::use));
    network.outputs().forEach(this::use);
  }

  private void use(Tensor tensor) {
    uses.set(tensor.node(), uses.get(tensor.node()) + 1);
    roles.get(tensor.node()).add(tensor.role());
  }

  /**
   * A network on a tape.
   *
   * @param inputs the fed values by name, in float32
   * @param outputs the outputs, in float32
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
   * @param seeds the number of outputs, the first ones, whose gradients are set before the backward
   *     pass
   * @throws UnsupportedLayerException naming a layer that cannot be differentiated here
   */
  static Compiled compile(
      Tape tape, Network network, Activations activations, Set<String> differentiated, int seeds) {
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
    var outputs = network.outputs().stream().map(compiler::read).toList();
    tape.finish(outputs, outputs.subList(0, seeds));
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

  /** Returns a constant that is read as a value rather than as a mask. */
  private Optional<Activation> constant(Tensor tensor) {
    return node(tensor)
        .layer()
        .constant()
        .map(c -> constants.computeIfAbsent(tensor.node(), n -> table(c, tensor)));
  }

  private Activation table(Layer.Constant layer, Tensor tensor) {
    var extent = extent(tensor);
    var table =
        Activation.constant(tape.kernels(), DataType.FLOAT32, 1, extent.h, extent.w, extent.c);
    table.floats().put(0, layer.values());
    return table;
  }

  private Activation in(Node node, int i) {
    return read(node.inputs().get(i));
  }

  /** Returns a value in its role: numbers in float32, activations in the tape's format. */
  private Activation read(Tensor tensor) {
    var known = readings.get(new Reading(tensor.node(), tensor.role()));
    return known == null ? value(tensor) : known;
  }

  /** Returns an input of arithmetic. */
  private Shaped shaped(Node node, int i) {
    var x = new ReshapeOps(tape).cast(in(node, i), type(node.output()));
    return new Shaped(tape, x, sizes(node.inputs().get(i)));
  }

  /** Allocates the result of arithmetic, differentiable if one of the inputs is. */
  private Shaped result(Node node, Shaped... inputs) {
    boolean isDifferentiable = Arrays.stream(inputs).anyMatch(x -> x.value().isDifferentiable());
    var output = node.output();
    var extent = extent(output);
    int n = isOfRows(output) ? tape.samples() : 1;
    var y = tape.value(type(output), n, extent.h, extent.w, extent.c, isDifferentiable);
    return new Shaped(tape, y, sizes(output));
  }

  /** Returns the sizes of all axes, for the tape's samples. */
  private List<Long> sizes(Tensor tensor) {
    return Arrays.stream(tensor.shape(tape.samples())).boxed().toList();
  }

  private static boolean isOfRows(Tensor tensor) {
    return tensor.rank() > 0 && tensor.size(0) == Tensor.BATCH;
  }

  /** Returns the tape's format for activations with pixels or tokens, else float32. */
  private DataType type(Tensor tensor) {
    return tensor.role() == Role.ACTIVATIONS ? typeOfActivations(tensor) : DataType.FLOAT32;
  }

  private DataType typeOfActivations(Tensor tensor) {
    return tensor.rank() == 2 ? DataType.FLOAT32 : tape.type();
  }

  /** Empty for a node without its own value on the tape. */
  private Optional<Activation> compiled(int n) {
    var node = network.nodes().get(n);
    var layer = node.layer();
    if (layer.mask().isPresent() || layer.constant().isPresent() || isFused(n)) {
      return Optional.empty(); // part of another
    }
    var y = fit(layer.accept(this, node), extent(node.output()));
    if (roles.get(n).contains(Role.NUMBERS)) {
      readings.put(new Reading(n, Role.NUMBERS), new ReshapeOps(tape).cast(y, DataType.FLOAT32));
    }
    if (node.output().role() == Role.NUMBERS
        && isOfRows(node.output())
        && roles.get(n).contains(Role.ACTIVATIONS)) {
      var type = typeOfActivations(node.output());
      readings.put(new Reading(n, Role.ACTIVATIONS), new ReshapeOps(tape).cast(y, type));
    }
    return Optional.of(y);
  }

  /** Height, width and channels of a value, which it may not all have. */
  private record Extent(int h, int w, int c) {
    int size() {
      return h * w * c;
    }
  }

  private Extent extent(Tensor tensor) {
    var sizes = sizes(tensor);
    var own = isOfRows(tensor) ? sizes.subList(1, sizes.size()) : sizes;
    int rank = own.size();
    long c = rank == 0 ? 1 : own.get(rank - 1);
    long w = rank < 2 ? 1 : own.get(rank - 2);
    long h = 1;
    for (int axis = 0; axis < rank - 2; axis++) {
      h *= own.get(axis);
    }
    return new Extent(Math.toIntExact(h), Math.toIntExact(w), Math.toIntExact(c));
  }

  /** Returns a value in the shape of the node, which may be another view of the same numbers. */
  private static Activation fit(Activation x, Extent to) {
    boolean same = x.height() == to.h && x.width() == to.w && x.channels() == to.c;
    return same ? x : x.view(to.h, to.w, to.c);
  }

  // The layers

  @Override
  public Activation visit(Layer.Input layer, Node node) {
    var extent = extent(node.output());
    boolean isDifferentiated = differentiated.contains(layer.name());
    var fed = tape.input(extent.h, extent.w, extent.c, isDifferentiated);
    inputs.put(layer.name(), fed);
    return fed;
  }

  /** Adds nothing: the mask is part of its attentions. */
  @Override
  public Activation visit(Layer.Constant layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Learned layer, Node node) {
    var extent = extent(node.output());
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
    var x = shaped(node, 0);
    var use = shaped(node, 1);
    long width = node.output().last();
    var learned = tape.learned(tape.parameter(layer.row()), 1, 1, Math.toIntExact(width));
    var row = new Shaped(tape, learned, List.of(width));
    return new Arithmetic(tape).between(row, x, use).value();
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
    return new ReshapeOps(tape).deal(in(node, 0), layer.parts(), type(node.output()));
  }

  @Override
  public Activation visit(Layer.Concat layer, Node node) {
    List<Activation> parts = new ArrayList<>();
    List<Integer> inner = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      parts.add(new ReshapeOps(tape).cast(in(node, i), type(node.output())));
      inner.add(inner(node.inputs().get(i), layer.axis()));
    }
    var extent = extent(node.output());
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
    var extent = extent(node.output());
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
    var extent = extent(node.output());
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
    var x = in(node, 0);
    return layer.function() == Function.SINE
        ? new Sine(tape).forward(x)
        : new Elementwise(tape, layer.function()).forward(x);
  }

  @Override
  public Activation visit(Layer.Combine layer, Node node) {
    return fast(layer.operation(), node)
        .orElseGet(
            () -> {
              var a = shaped(node, 0);
              var b = shaped(node, 1);
              var y = result(node, a, b);
              new Arithmetic(tape).combine(layer.operation(), a, b, y);
              return y.value();
            });
  }

  /** Returns an operation on activations of the sizes that networks have most. */
  private Optional<Activation> fast(Operation operation, Node node) {
    if (node.output().role() != Role.ACTIVATIONS) {
      return Optional.empty();
    }
    return switch (operation) {
      case ADD -> sum(node);
      case MULTIPLY -> product(node);
      case SUBTRACT, MAXIMUM, MINIMUM -> Optional.empty();
    };
  }

  private Optional<Activation> product(Node node) {
    var x = in(node, 0);
    var factors = in(node, 1);
    if (!node.inputs().get(1).hasRows()) {
      return Optional.empty();
    }
    boolean isOfChannels =
        factors.rows() == factors.samples() && factors.channels() == x.channels() && x.pixels() > 1;
    if (isOfChannels) {
      return Optional.of(new Sum(tape).gated(x, factors));
    }
    return isSameSize(node)
        ? Optional.of(new Sum(tape).product(x, new ReshapeOps(tape).cast(factors, x.type())))
        : Optional.empty();
  }

  private Optional<Activation> sum(Node node) {
    var second = node(node.inputs().get(1));
    var a = new ReshapeOps(tape).cast(in(node, 0), type(node.output()));
    var convolution = second.layer().convolution();
    if (convolution.isPresent() && values.get(node.input(1)).isEmpty()) {
      return Optional.of(
          new Convolution(tape, convolution.get()).forward(in(second, 0), Optional.of(a)));
    }
    var b = in(node, 1);
    if (isSameSize(node)) {
      return Optional.of(new Sum(tape).of(a, b));
    }
    boolean isOfChannels =
        b.samples() == a.samples() && b.rows() == b.samples() && b.channels() == a.channels();
    return isOfChannels
        ? Optional.of(new Sum(tape).overPixels(a, new ReshapeOps(tape).cast(b, DataType.FLOAT32)))
        : Optional.empty();
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

  private boolean isSameSize(Node sum) {
    var second = sum.inputs().get(1);
    long size = second.hasRows() ? second.sampleSize() : extent(second).size();
    return sum.inputs().get(0).hasRows() && sum.inputs().get(0).sampleSize() == size;
  }

  @Override
  public Activation visit(Layer.Select layer, Node node) {
    var then = shaped(node, 1);
    var otherwise = shaped(node, 2);
    var y = result(node, then, otherwise);
    new Arithmetic(tape).select(shaped(node, 0), then, otherwise, y);
    return y.value();
  }

  @Override
  public Activation visit(Layer.Reduce layer, Node node) {
    var x = shaped(node, 0);
    var y = result(node, x);
    if (x.size() == y.size()) {
      return x.value();
    }
    List<Long> kept = new ArrayList<>(x.shape());
    layer.axes().forEach(axis -> kept.set(axis, 1L));
    new Arithmetic(tape).reduce(layer.statistic(), x, new Shaped(tape, y.value(), kept));
    return y.value();
  }

  @Override
  public Activation visit(Layer.Product layer, Node node) {
    var a = shaped(node, 0);
    var b = shaped(node, 1);
    var y = result(node, a, b);
    new Arithmetic(tape).product(a, b, y);
    return y.value();
  }

  @Override
  public Activation visit(Layer.OneHot layer, Node node) {
    var y = result(node).value();
    new Arithmetic(tape).oneHot(in(node, 0), y);
    return y;
  }

  @Override
  public Activation visit(Layer.Detached layer, Node node) {
    return in(node, 0).detached();
  }
}
