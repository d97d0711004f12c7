package io.diffusion4j.onednn.run;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Statistic;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.weights.Layout;
import io.diffusion4j.onednn.core.Curve;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.run.Fusion.After;
import io.diffusion4j.onednn.run.Quantisation.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compiles a network to steps, from its outputs backwards: each layer after its operands, and fused
 * chains as one. Layers that are only in losses are errors.
 */
public final class Compiler implements Layer.Visitor<Node, LayerValue> {
  private final Network network;
  private final Fusion fusion;
  private final OneDnnLowering lowering;
  private final DataType type;
  private final Set<Integer> quantised;
  private final Map<Integer, LayerValue> values = new HashMap<>();
  private final Map<Integer, LayerValue> narrow = new HashMap<>();
  private final Map<Integer, LayerValue> wide = new HashMap<>();
  private final Map<List<Tensor>, LayerValue> masks = new HashMap<>();

  /**
   * Creates a compiler without steps.
   *
   * @param lowering receives the steps
   * @param type the type of the activations
   * @param quantised the nodes whose products are of 8-bit integers
   */
  public Compiler(Network network, OneDnnLowering lowering, DataType type, Set<Integer> quantised) {
    this.network = network;
    this.quantised = Set.copyOf(quantised);
    this.fusion = new Fusion(network);
    this.lowering = lowering;
    this.type = type;
  }

  /** Returns the inputs by name, marked as read by the first step. */
  public Map<String, LayerValue> inputs() {
    Map<String, LayerValue> inputs = new LinkedHashMap<>();
    network.inputs().forEach((name, input) -> inputs.put(name, value(input.node())));
    return inputs;
  }

  /** Makes the steps of the outputs, which are in float32. */
  public List<LayerValue> outputs() {
    return network.outputs().stream().map(output -> kept(wide(output.node()))).toList();
  }

  /**
   * Copies a fed value to a buffer of its own, because its input buffer is reused for the next
   * sample.
   */
  private LayerValue kept(LayerValue value) {
    boolean isFed = inputs().values().stream().anyMatch(fed -> fed.buffer() == value.buffer());
    return isFed ? lowering.converted(value, DataType.FLOAT32) : value;
  }

  private Node node(int n) {
    return network.nodes().get(n);
  }

  private static UnsupportedLayerException unsupported(Node node) {
    return new UnsupportedLayerException(node.layer() + " of " + node.inputs());
  }

  private LayerValue value(int n) {
    LayerValue known = values.get(n);
    if (known == null) {
      known = compute(n, Optional.empty());
      values.put(n, known);
    }
    return known;
  }

  /** Converts to the format of the activations. */
  private LayerValue narrow(int n) {
    return as(type, n, narrow);
  }

  private LayerValue wide(int n) {
    return as(DataType.FLOAT32, n, wide);
  }

  private LayerValue value(Node node, int i) {
    return value(node.input(i));
  }

  private LayerValue narrow(Node node, int i) {
    return narrow(node.input(i));
  }

  private LayerValue wide(Node node, int i) {
    return wide(node.input(i));
  }

  private LayerValue as(DataType wanted, int n, Map<Integer, LayerValue> copies) {
    LayerValue value = value(n);
    if (value.type() == wanted) {
      return value;
    }
    return copies.computeIfAbsent(n, k -> lowering.converted(value, wanted));
  }

  /**
   * Makes the steps of a layer.
   *
   * @param into the place of the result, if it has one already
   */
  private LayerValue compute(int n, Optional<LayerValue> into) {
    var chain = fusion.chain(n);
    return chain.isPresent()
        ? computeChain(n, chain.get(), into)
        : node(n).layer().accept(this, node(n));
  }

  private LayerValue computeChain(int n, Fusion.Chain chain, Optional<LayerValue> into) {
    var producer = node(chain.producer());
    List<PostOp.Pending> after = new ArrayList<>();
    for (After operation : chain.after()) {
      after.add(
          operation instanceof After.Apply apply
              ? new PostOp.Pending.Apply(apply.curve())
              : new PostOp.Pending.Add(narrow(((After.Add) operation).other())));
    }
    var x = source(chain.producer());
    DataType to = fusion.isWide(n) ? DataType.FLOAT32 : type;
    var shape = node(n).output().sample();
    return producer
        .layer()
        .matrix()
        .orElseThrow()
        .match(
            linear -> {
              boolean isByInputs = network.parameter(linear.weight()).layout() == Layout.SAME;
              if (isByInputs && quantised.contains(chain.producer())) {
                throw unsupported(producer); // scales are of outputs that lie side by side
              }
              var place = into.orElseGet(() -> lowering.value(to, shape));
              lowering.linear(linear, isByInputs, x, place, after);
              return place;
            },
            conv ->
                lowering
                    .convolution(conv, x, producer.output().sample(), to, after)
                    .withShape(shape));
  }

  /** Returns the value that a convolution or dense layer reads. */
  private Source source(int n) {
    LayerValue x = narrow(node(n), 0);
    return quantised.contains(n)
        ? lowering.quantised(x, isOfCurve(node(n).input(0)))
        : Source.of(x);
  }

  /** Whether all values come from a curve, possibly resampled or in another shape. */
  private boolean isOfCurve(int n) {
    return switch (node(n).layer().origin()) {
      case OF_CURVE -> true;
      case OF_INPUT -> isOfCurve(node(n).input(0));
      case OWN, JOINED -> false;
    };
  }

  /**
   * Returns all masks of an attention combined; attentions with the same masks share the result.
   */
  private Optional<LayerValue> mask(List<Tensor> hiding) {
    if (hiding.isEmpty()) {
      return Optional.empty();
    }
    LayerValue known = masks.get(hiding);
    if (known == null) {
      known =
          hiding.stream().map(mask -> wide(mask.node())).reduce(lowering::hideBoth).orElseThrow();
      masks.put(List.copyOf(hiding), known);
    }
    return Optional.of(known);
  }

  // The layers

  /** Integers are fed as float32 numbers with the same values. */
  @Override
  public LayerValue visit(Layer.Input layer, Node node) {
    return lowering.fed(node.output().sample());
  }

  @Override
  public LayerValue visit(Layer.Constant layer, Node node) {
    if (node.output().role() != Role.NUMBERS || !isForAll(node.output())) {
      throw unsupported(node);
    }
    return lowering.constant(layer, node.output().sample());
  }

  @Override
  public LayerValue visit(Layer.Learned layer, Node node) {
    return learned(layer.key(), node);
  }

  /** Reads a parameter as a value that is the same for each sample. */
  private LayerValue learned(String key, Node shaped) {
    boolean isInOrder = network.parameter(key).layout() == Layout.SAME;
    if (!isInOrder || !isForAll(shaped.output())) {
      throw unsupported(shaped);
    }
    return lowering.learned(key, shaped.output().sample());
  }

  /** Whether it has a value for each sample of a batch. */
  private static boolean isForAll(Tensor value) {
    return value.rank() >= 2 && value.size(0) == 1;
  }

  /** It is always the producer of a chain. */
  @Override
  public LayerValue visit(Layer.Linear layer, Node node) {
    throw unsupported(node);
  }

  /** It is always the producer of a chain. */
  @Override
  public LayerValue visit(Layer.Conv2d layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public LayerValue visit(Layer.Embedding layer, Node node) {
    if (!node.output().hasRows()) {
      throw unsupported(node);
    }
    return lowering.embedding(layer, value(node, 0), node.output().sample());
  }

  @Override
  public LayerValue visit(Layer.GroupNorm layer, Node node) {
    Optional<LayerValue> scaleShift =
        node.inputs().size() == 1 ? Optional.empty() : Optional.of(wide(node, 1));
    return lowering.groupNorm(layer, narrow(node, 0), scaleShift);
  }

  @Override
  public LayerValue visit(Layer.LayerNorm layer, Node node) {
    return lowering.layerNorm(layer, narrow(node, 0));
  }

  @Override
  public LayerValue visit(Layer.AdaptiveLayerNorm layer, Node node) {
    return lowering.layerNorm(layer, narrow(node, 0), wide(node, 1), wide(node, 2));
  }

  @Override
  public LayerValue visit(Layer.Chosen layer, Node node) {
    return lowering.chosen(layer, wide(node, 0), wide(node, 1));
  }

  @Override
  public LayerValue visit(Layer.Attention layer, Node node) {
    return lowering.attention(
        layer.heads(),
        narrow(node, 0),
        narrow(node, 1),
        narrow(node, 2),
        mask(node.inputs().subList(3, node.inputs().size())));
  }

  @Override
  public LayerValue visit(Layer.Hide layer, Node node) {
    return lowering.hide(layer, wide(node, 0), node.output().sample());
  }

  @Override
  public LayerValue visit(Layer.Deal layer, Node node) {
    return lowering.deal(narrow(node, 0), node.output().sample());
  }

  /**
   * Concatenated sequences are contiguous in memory, so an input with no other reader is computed
   * in place. Concatenated channels are copied.
   */
  @Override
  public LayerValue visit(Layer.Concat layer, Node node) {
    var shape = node.output().sample();
    LayerValue whole = lowering.value(type, shape);
    if (layer.axis() == 1) {
      long offset = 0;
      for (Tensor input : node.inputs()) {
        var place = new LayerValue(whole.buffer(), type, whole.offset() + offset, input.sample());
        if (isMadeHere(input.node())) {
          compute(input.node(), Optional.of(place));
        } else {
          lowering.copy(narrow(input.node()), place);
        }
        offset += input.sampleSize();
      }
      return whole;
    }
    if (layer.axis() != shape.size()) {
      throw unsupported(node);
    }
    lowering.beside(node.inputs().stream().map(input -> narrow(input.node())).toList(), whole);
    return whole;
  }

  private boolean isMadeHere(int input) {
    return fusion.isReadOnce(input)
        && !values.containsKey(input)
        && fusion.chain(input).isPresent()
        && node(fusion.chain(input).get().producer()).layer().linear().isPresent();
  }

  @Override
  public LayerValue visit(Layer.Reshape layer, Node node) {
    var source = node(node.input(0));
    if (source.inputs().isEmpty() && !source.layer().parameters().isEmpty()) {
      return learned(source.layer().parameters().get(0), node);
    }
    return value(node, 0).withShape(node.output().sample());
  }

  @Override
  public LayerValue visit(Layer.Slice layer, Node node) {
    if (layer.axis() == node.output().rank() - 1) {
      return lowering.slice(value(node, 0), layer.begin(), layer.size());
    }
    if (layer.axis() != 1) {
      throw unsupported(node);
    }
    return value(node, 0).from(layer.begin(), node.output().sample());
  }

  @Override
  public LayerValue visit(Layer.Permute layer, Node node) {
    if (!node.output().hasRows()) {
      throw unsupported(node);
    }
    return lowering.permuted(value(node, 0), layer.axes(), node.output().sample());
  }

  /** The steps are those of a single sample. */
  @Override
  public LayerValue visit(Layer.ForEach layer, Node node) {
    return value(node, 0);
  }

  @Override
  public LayerValue visit(Layer.UpsampleNearest layer, Node node) {
    return lowering.upsampleNearest(narrow(node, 0));
  }

  @Override
  public LayerValue visit(Layer.AveragePool layer, Node node) {
    return lowering.averagePool(narrow(node, 0));
  }

  @Override
  public LayerValue visit(Layer.Apply layer, Node node) {
    return Curve.of(layer.function())
        .map(curve -> lowering.apply(curve, narrow(node, 0)))
        .orElseGet(() -> lowering.apply(layer.function(), wide(node, 0)));
  }

  @Override
  public LayerValue visit(Layer.Combine layer, Node node) {
    if (Fusion.isGate(node)) {
      return lowering.multiply(narrow(node, 0), wide(node, 1));
    }
    boolean isOfPairs =
        node.inputs().stream()
            .allMatch(in -> in.rank() > 0 && in.sampleSize() == node.output().sampleSize());
    if (isOfPairs && layer.operation() == Operation.ADD) {
      return lowering.add(narrow(node, 0), narrow(node, 1));
    }
    if (isOfPairs && layer.operation() == Operation.MULTIPLY && isOfActivations(node)) {
      return lowering.product(narrow(node, 0), narrow(node, 1));
    }
    if (layer.operation() == Operation.MULTIPLY && isOfTokens(node)) {
      return lowering.weighed(wide(node, 0), wide(node, 1));
    }
    throw unsupported(node);
  }

  private static boolean isOfActivations(Node node) {
    return node.output().role() == Tensor.Role.ACTIVATIONS
        && node.inputs().stream().allMatch(Tensor::hasRows);
  }

  /** Whether it multiplies each token by a number. */
  private static boolean isOfTokens(Node node) {
    var x = node.inputs().get(0);
    var factor = node.inputs().get(1);
    return x.rank() == 3
        && x.hasRows()
        && factor.hasRows()
        && factor.sample().equals(List.of(x.size(1), 1L));
  }

  @Override
  public LayerValue visit(Layer.Select layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public LayerValue visit(Layer.Reduce layer, Node node) {
    var x = node.inputs().get(0);
    boolean isOverTokens = x.rank() == 3 && x.hasRows() && layer.axes().equals(List.of(1));
    if (layer.statistic() != Statistic.SUM || !isOverTokens) {
      throw unsupported(node);
    }
    return lowering.sumOfTokens(wide(node, 0));
  }

  @Override
  public LayerValue visit(Layer.Product layer, Node node) {
    if (node.output().rank() < 3 || !node.output().hasRows()) {
      throw unsupported(node); // of all samples
    }
    boolean isOfNumbers = node.output().role() == Role.NUMBERS;
    return isOfNumbers
        ? lowering.rowProducts(wide(node, 0), wide(node, 1))
        : lowering.rowProducts(narrow(node, 0), narrow(node, 1));
  }

  @Override
  public LayerValue visit(Layer.OneHot layer, Node node) {
    if (!node.output().hasRows()) {
      throw unsupported(node);
    }
    return lowering.oneHot(layer, value(node, 0), node.output().sample());
  }

  @Override
  public LayerValue visit(Layer.Detached layer, Node node) {
    throw unsupported(node);
  }
}
