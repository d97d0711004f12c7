package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.onednn.core.DataType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * From the layers of a network to a tape. What has pixels or tokens is in the tape's number format,
 * vectors are in float32. Layers that cannot be differentiated here are refused.
 */
final class TapeCompiler implements Layer.Visitor<Node, Activation> {
  private final Tape tape;
  private final Network network;
  private final List<Integer> uses;
  private final List<Optional<Activation>> values = new ArrayList<>();
  private final Map<String, Activation> inputs = new LinkedHashMap<>();
  private final Map<List<Integer>, Activation> masks = new HashMap<>();

  private TapeCompiler(Tape tape, Network network) {
    this.tape = tape;
    this.network = network;
    this.uses = new ArrayList<>(java.util.Collections.nCopies(network.nodes().size(), 0));
    network.nodes().forEach(node -> node.inputs().forEach(this::use));
    network.outputs().forEach(this::use);
  }

  private void use(Tensor tensor) {
    uses.set(tensor.node(), uses.get(tensor.node()) + 1);
  }

  /**
   * A network on a tape.
   *
   * @param inputs what is fed, by name, in float32
   * @param outputs in float32; their gradients are to be set before going backwards
   */
  record Compiled(Map<String, Activation> inputs, List<Activation> outputs) {}

  /**
   * Puts a network on a tape and completes it.
   *
   * @throws UnsupportedLayerException naming a layer that cannot be differentiated here
   */
  static Compiled compile(Tape tape, Network network) {
    var compiler = new TapeCompiler(tape, network);
    for (int n = 0; n < network.nodes().size(); n++) {
      compiler.values.add(compiler.compiled(n));
    }
    List<Activation> outputs = new ArrayList<>();
    for (Tensor value : network.outputs()) {
      var output = new Arrangement(tape).cast(compiler.value(value), DataType.FLOAT32);
      output.gradient();
      outputs.add(output);
    }
    tape.finish();
    return new Compiled(compiler.inputs, outputs);
  }

  private static UnsupportedLayerException unsupported(Node node) {
    return new UnsupportedLayerException(node.layer() + " of " + node.inputs());
  }

  private Node node(Tensor tensor) {
    return network.nodes().get(tensor.node());
  }

  private Activation value(Tensor tensor) {
    return values.get(tensor.node()).orElseThrow(() -> unsupported(node(tensor)));
  }

  private Activation in(Node node, int i) {
    return value(node.inputs().get(i));
  }

  /** Empty if it has no value of its own here. */
  private Optional<Activation> compiled(int n) {
    var node = network.nodes().get(n);
    boolean isPartOfAnother =
        node.layer() instanceof Layer.Hide || (node.layer() instanceof Layer.Conv2d && isFused(n));
    if (isPartOfAnother) {
      return Optional.empty();
    }
    if (!node.output().hasRows()) {
      throw unsupported(node);
    }
    return Optional.of(fit(node.layer().accept(this, node), node.output()));
  }

  /** How a value lies: height, width, channels. */
  private record Extent(int h, int w, int c) {
    static Extent of(Tensor tensor) {
      var shape = tensor.sample().stream().mapToInt(Math::toIntExact).toArray();
      int c = shape[shape.length - 1];
      int h = shape.length == 3 ? shape[0] : 1;
      int w = shape.length == 3 ? shape[1] : shape.length == 2 ? shape[0] : 1;
      return new Extent(h, w, c);
    }
  }

  /** In the shape that the node has, which may be another view of the same numbers. */
  private static Activation fit(Activation x, Tensor output) {
    var to = Extent.of(output);
    boolean same = x.height() == to.h && x.width() == to.w && x.channels() == to.c;
    return same ? x : x.view(to.h, to.w, to.c);
  }

  // The layers

  @Override
  public Activation visit(Layer.Input layer, Node node) {
    var output = node.output();
    if (output.role() == Role.INTEGERS) {
      throw unsupported(node);
    }
    var extent = Extent.of(output);
    var fed = tape.input(extent.h, extent.w, extent.c);
    inputs.put(layer.name(), fed);
    return output.rank() == 2 ? fed : new Arrangement(tape).cast(fed, tape.type());
  }

  @Override
  public Activation visit(Layer.Constant layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Learned layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Linear layer, Node node) {
    if (layer.bias().isEmpty()) {
      throw unsupported(node);
    }
    return new Dense(
            tape,
            tape.parameter(layer.weight()),
            tape.parameter(layer.bias()),
            Math.toIntExact(layer.in()),
            Math.toIntExact(layer.out()))
        .forward(in(node, 0));
  }

  @Override
  public Activation visit(Layer.Project layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Conv2d layer, Node node) {
    if (layer.stride() != 1) {
      throw unsupported(node);
    }
    return convolution(layer).forward(in(node, 0), Optional.empty());
  }

  private Convolution convolution(Layer.Conv2d c) {
    return new Convolution(
        tape,
        tape.parameter(c.weight()),
        tape.parameter(c.bias()),
        Math.toIntExact(c.in()),
        Math.toIntExact(c.out()),
        c.kernel());
  }

  @Override
  public Activation visit(Layer.Patches layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Embedding layer, Node node) {
    throw unsupported(node);
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
    return new LayerNormalisation(
            tape, tape.parameter(layer.gain()), tape.parameter(layer.shift()), layer.eps())
        .forward(in(node, 0));
  }

  @Override
  public Activation visit(Layer.Chosen layer, Node node) {
    return new ChosenRow(tape, tape.parameter(layer.row())).forward(in(node, 0), in(node, 1));
  }

  @Override
  public Activation visit(Layer.Attention layer, Node node) {
    if (node.inputs().size() != 4) {
      throw unsupported(node);
    }
    var hide = node(node.inputs().get(3));
    if (!(hide.layer() instanceof Layer.Hide h)) {
      throw unsupported(node);
    }
    var q = in(node, 0);
    var k = in(node, 1);
    var present = in(hide, 0);
    var mask =
        masks.computeIfAbsent(
            List.of(hide.input(0), layer.heads(), q.pixels(), k.pixels()),
            key ->
                new HiddenLogits(tape, h.hidden())
                    .forward(present, layer.heads(), q.pixels(), k.pixels()));
    return new TrainedAttention(tape, layer.heads()).forward(q, k, in(node, 2), mask);
  }

  /** It is part of the attentions that read it. */
  @Override
  public Activation visit(Layer.Hide layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Causal layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Unpacked layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Deal layer, Node node) {
    return new Arrangement(tape).deal(in(node, 0), layer.parts(), tape.type());
  }

  @Override
  public Activation visit(Layer.Concat layer, Node node) {
    if (node.inputs().size() != 2) {
      throw unsupported(node);
    }
    var arrangement = new Arrangement(tape);
    return layer.axis() == node.output().rank() - 1
        ? arrangement.concat(in(node, 0), in(node, 1))
        : arrangement.append(in(node, 0), in(node, 1));
  }

  @Override
  public Activation visit(Layer.Reshape layer, Node node) {
    return in(node, 0);
  }

  @Override
  public Activation visit(Layer.Slice layer, Node node) {
    if (layer.axis() != node.output().rank() - 1) {
      throw unsupported(node);
    }
    return new Arrangement(tape)
        .slice(in(node, 0), Math.toIntExact(layer.begin()), Math.toIntExact(layer.size()));
  }

  @Override
  public Activation visit(Layer.Position layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.ForEach layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.UpsampleNearest layer, Node node) {
    return new Resampling(tape).upsampleNearest(in(node, 0));
  }

  @Override
  public Activation visit(Layer.AveragePool layer, Node node) {
    return new Resampling(tape).averagePool(in(node, 0));
  }

  @Override
  public Activation visit(Layer.Apply layer, Node node) {
    if (layer.function() != Function.SILU) {
      throw unsupported(node);
    }
    return new Silu(tape).forward(in(node, 0));
  }

  @Override
  public Activation visit(Layer.Combine layer, Node node) {
    if (layer.operation() != Operation.ADD) {
      throw unsupported(node);
    }
    var second = node(node.inputs().get(1));
    var a = in(node, 0);
    if (second.layer() instanceof Layer.Conv2d c && values.get(node.input(1)).isEmpty()) {
      return convolution(c).forward(in(second, 0), Optional.of(a));
    }
    return isSameSize(node)
        ? new Sum(tape).of(a, in(node, 1))
        : new Sum(tape).overPixels(a, in(node, 1));
  }

  /** A convolution that only feeds a sum of equals is computed with it. */
  private boolean isFused(int index) {
    return uses.get(index) == 1
        && network.nodes().stream()
            .anyMatch(
                node ->
                    node.layer() instanceof Layer.Combine combine
                        && combine.operation() == Operation.ADD
                        && node.input(1) == index
                        && isSameSize(node));
  }

  private static boolean isSameSize(Node sum) {
    return sum.inputs().get(0).sampleSize() == sum.inputs().get(1).sampleSize();
  }

  @Override
  public Activation visit(Layer.Select layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Reduce layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Product layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.OneHot layer, Node node) {
    throw unsupported(node);
  }

  @Override
  public Activation visit(Layer.Detached layer, Node node) {
    throw unsupported(node);
  }
}
