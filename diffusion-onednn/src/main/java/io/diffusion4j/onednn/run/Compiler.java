package io.diffusion4j.onednn.run;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.weights.Layout;
import io.diffusion4j.onednn.core.Curve;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.run.Fusion.After;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns a network into steps, from its outputs backwards: each layer after what it reads, and
 * chains as one. Layers that U-Nets, DiT and the diffusion prior do not have are refused.
 */
public final class Compiler implements Layer.Visitor<Node, Value> {
  private final Network network;
  private final Fusion fusion;
  private final Lowering lowering;
  private final DataType type;
  private final Map<Integer, Value> values = new HashMap<>();
  private final Map<Integer, Value> narrow = new HashMap<>();
  private final Map<Integer, Value> wide = new HashMap<>();
  private final Map<List<Tensor>, Value> masks = new HashMap<>();

  /**
   * Compiles nothing yet.
   *
   * @param lowering where the steps go
   * @param type of the activations
   */
  public Compiler(Network network, Lowering lowering, DataType type) {
    this.network = network;
    this.fusion = new Fusion(network);
    this.lowering = lowering;
    this.type = type;
  }

  /** The inputs by name, as if the first step read them. */
  public Map<String, Value> inputs() {
    Map<String, Value> inputs = new LinkedHashMap<>();
    network.inputs().forEach((name, input) -> inputs.put(name, value(input.node())));
    return inputs;
  }

  /** The outputs in float32, for which the steps are made. */
  public List<Value> outputs() {
    return network.outputs().stream().map(output -> kept(wide(output.node()))).toList();
  }

  /** A place of its own for a value that is fed, whose place is used again for the next sample. */
  private Value kept(Value value) {
    boolean isFed = inputs().values().stream().anyMatch(fed -> fed.buffer() == value.buffer());
    return isFed ? lowering.converted(value, DataType.FLOAT32) : value;
  }

  private Node node(int n) {
    return network.nodes().get(n);
  }

  private static UnsupportedLayerException unsupported(Node node) {
    return new UnsupportedLayerException(node.layer() + " of " + node.inputs());
  }

  private Value value(int n) {
    Value known = values.get(n);
    if (known == null) {
      known = compute(n, Optional.empty());
      values.put(n, known);
    }
    return known;
  }

  /** In the format of the activations. */
  private Value narrow(int n) {
    return as(type, n, narrow);
  }

  private Value wide(int n) {
    return as(DataType.FLOAT32, n, wide);
  }

  private Value value(Node node, int i) {
    return value(node.input(i));
  }

  private Value narrow(Node node, int i) {
    return narrow(node.input(i));
  }

  private Value wide(Node node, int i) {
    return wide(node.input(i));
  }

  private Value as(DataType wanted, int n, Map<Integer, Value> copies) {
    Value value = value(n);
    if (value.type() == wanted) {
      return value;
    }
    return copies.computeIfAbsent(n, k -> lowering.converted(value, wanted));
  }

  /**
   * Makes the steps of a layer.
   *
   * @param into where the result goes, if it has a place already
   */
  private Value compute(int n, Optional<Value> into) {
    var chain = fusion.chain(n);
    return chain.isPresent()
        ? computeChain(n, chain.get(), into)
        : node(n).layer().accept(this, node(n));
  }

  private Value computeChain(int n, Fusion.Chain chain, Optional<Value> into) {
    var producer = node(chain.producer());
    List<PostOp.Pending> after = new ArrayList<>();
    for (After operation : chain.after()) {
      after.add(
          operation instanceof After.Apply apply
              ? new PostOp.Pending.Apply(apply.curve())
              : new PostOp.Pending.Add(narrow(((After.Add) operation).other())));
    }
    var x = narrow(producer, 0);
    DataType to = fusion.isWide(n) ? DataType.FLOAT32 : type;
    if (producer.layer() instanceof Layer.Conv2d conv) {
      if (conv.bias().isEmpty()) {
        throw unsupported(producer);
      }
      Value y = lowering.convolution(conv, x, producer.output().sample(), to, after);
      return y.withShape(node(n).output().sample());
    }
    var linear = (Layer.Linear) producer.layer();
    if (network.parameter(linear.weight()).layout() != Layout.LINEAR) {
      throw unsupported(producer);
    }
    var place = into.orElseGet(() -> lowering.value(to, node(n).output().sample()));
    lowering.linear(linear, x, place, after);
    return place;
  }

  /** All that hides keys from an attention, as one; attentions that hide the same share it. */
  private Optional<Value> mask(List<Tensor> hiding) {
    if (hiding.isEmpty()) {
      return Optional.empty();
    }
    Value known = masks.get(hiding);
    if (known == null) {
      known =
          hiding.stream().map(mask -> wide(mask.node())).reduce(lowering::hideBoth).orElseThrow();
      masks.put(List.copyOf(hiding), known);
    }
    return Optional.of(known);
  }

  // The layers

  /** Integers are fed as the same numbers in float32. */
  @Override
  public Value visit(Layer.Input layer, Node node) {
    return lowering.fed(node.output().sample());
  }

  @Override
  public Value visit(Layer.Constant layer, Node node) {
    if (node.output().role() != Role.NUMBERS || !isForAll(node.output())) {
      throw unsupported(node);
    }
    return lowering.constant(layer, node.output().sample());
  }

  @Override
  public Value visit(Layer.Learned layer, Node node) {
    if (!isForAll(node.output())) {
      throw unsupported(node);
    }
    return lowering.learned(layer, node.output().sample());
  }

  /** Whether it is what each sample of a batch has. */
  private static boolean isForAll(Tensor value) {
    return value.rank() >= 2 && value.size(0) == 1;
  }

  /** It is always the producer of a chain. */
  @Override
  public Value visit(Layer.Linear layer, Node node) {
    throw unsupported(node);
  }

  /** It is always the producer of a chain. */
  @Override
  public Value visit(Layer.Conv2d layer, Node node) {
    throw unsupported(node);
  }

  /**
   * A row for each sample, such as its class. Sequences of ids are CLIP's and the autoregressive
   * prior's, which stay with TensorFlow, so that old recipes replay.
   */
  @Override
  public Value visit(Layer.Embedding layer, Node node) {
    if (node.inputs().get(0).rank() > 1) {
      throw unsupported(node);
    }
    return lowering.embedding(layer, value(node, 0), node.output().sample());
  }

  @Override
  public Value visit(Layer.GroupNorm layer, Node node) {
    Optional<Value> scaleShift =
        node.inputs().size() == 1 ? Optional.empty() : Optional.of(wide(node, 1));
    return lowering.groupNorm(layer, narrow(node, 0), scaleShift);
  }

  @Override
  public Value visit(Layer.LayerNorm layer, Node node) {
    return lowering.layerNorm(layer, narrow(node, 0));
  }

  @Override
  public Value visit(Layer.AdaptiveLayerNorm layer, Node node) {
    return lowering.layerNorm(layer, narrow(node, 0), wide(node, 1), wide(node, 2));
  }

  @Override
  public Value visit(Layer.Chosen layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Value visit(Layer.Attention layer, Node node) {
    return lowering.attention(
        layer.heads(),
        narrow(node, 0),
        narrow(node, 1),
        narrow(node, 2),
        mask(node.inputs().subList(3, node.inputs().size())));
  }

  @Override
  public Value visit(Layer.Hide layer, Node node) {
    return lowering.hide(layer, wide(node, 0), node.output().sample());
  }

  @Override
  public Value visit(Layer.Deal layer, Node node) {
    throw unsupported(node);
  }

  /**
   * Sequences one after the other are one stretch of memory, so an input with no other reader is
   * computed in place. Channels side by side are copied.
   */
  @Override
  public Value visit(Layer.Concat layer, Node node) {
    var shape = node.output().sample();
    Value whole = lowering.value(type, shape);
    if (layer.axis() == 1) {
      long offset = 0;
      for (Tensor input : node.inputs()) {
        var place = new Value(whole.buffer(), type, whole.offset() + offset, input.sample());
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
        && node(fusion.chain(input).get().producer()).layer() instanceof Layer.Linear;
  }

  @Override
  public Value visit(Layer.Reshape layer, Node node) {
    return value(node, 0).withShape(node.output().sample());
  }

  @Override
  public Value visit(Layer.Slice layer, Node node) {
    if (layer.axis() == node.output().rank() - 1) {
      return lowering.slice(value(node, 0), layer.begin(), layer.size());
    }
    if (layer.axis() != 1) {
      throw unsupported(node);
    }
    return value(node, 0).from(layer.begin(), node.output().sample());
  }

  /** Steps are made for one sample. */
  @Override
  public Value visit(Layer.ForEach layer, Node node) {
    return value(node, 0);
  }

  @Override
  public Value visit(Layer.UpsampleNearest layer, Node node) {
    return lowering.upsampleNearest(narrow(node, 0));
  }

  @Override
  public Value visit(Layer.AveragePool layer, Node node) {
    return lowering.averagePool(narrow(node, 0));
  }

  @Override
  public Value visit(Layer.Apply layer, Node node) {
    var curve = Curve.of(layer.function()).orElseThrow(() -> unsupported(node));
    return lowering.apply(curve, narrow(node, 0));
  }

  @Override
  public Value visit(Layer.Combine layer, Node node) {
    if (Fusion.isGate(node)) {
      return lowering.multiply(narrow(node, 0), wide(node, 1));
    }
    boolean isOfPairs =
        node.inputs().stream().allMatch(input -> input.rank() > 0)
            && node.inputs().get(0).sampleSize() == node.inputs().get(1).sampleSize();
    if (isOfPairs && layer.operation() == Operation.ADD) {
      return lowering.add(narrow(node, 0), narrow(node, 1));
    }
    if (isOfPairs && layer.operation() == Operation.MULTIPLY && isOfActivations(node)) {
      return lowering.product(narrow(node, 0), narrow(node, 1));
    }
    throw unsupported(node);
  }

  private static boolean isOfActivations(Node node) {
    return node.output().role() == Tensor.Role.ACTIVATIONS
        && node.inputs().stream().allMatch(Tensor::hasRows);
  }

  @Override
  public Value visit(Layer.Select layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Value visit(Layer.Reduce layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Value visit(Layer.Product layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Value visit(Layer.OneHot layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Value visit(Layer.Detached layer, Node node) {
    throw unsupported(node);
  }
}
