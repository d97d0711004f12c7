package io.diffusion4j.onednn;

import io.diffusion4j.tf.NetworkTrace;
import io.diffusion4j.tf.NetworkTrace.Node;
import io.diffusion4j.tf.UnsupportedLayerException;
import io.diffusion4j.tf.nn.Layer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * From the layers of a network to a tape. What has pixels or tokens is in the tape's number format,
 * vectors are in float32.
 */
final class TapeCompiler {
  private final Tape tape;
  private final NetworkTrace trace;
  private final List<Integer> uses;
  private final List<Optional<Activation>> values = new ArrayList<>();
  private final Map<String, Activation> inputs = new LinkedHashMap<>();
  private final Map<List<Integer>, Activation> masks = new HashMap<>();

  private TapeCompiler(Tape tape, NetworkTrace trace) {
    this.tape = tape;
    this.trace = trace;
    this.uses = new ArrayList<>(java.util.Collections.nCopies(trace.nodes().size(), 0));
    trace.nodes().forEach(node -> node.inputs().forEach(i -> uses.set(i, uses.get(i) + 1)));
    trace.outputs().forEach(i -> uses.set(i, uses.get(i) + 1));
  }

  /**
   * A network on a tape.
   *
   * @param inputs what is fed, by name, in float32
   * @param outputs what it says, in float32; their gradients are to be set before going backwards
   */
  record Compiled(Map<String, Activation> inputs, List<Activation> outputs) {}

  /**
   * Puts a network on a tape and completes it.
   *
   * @throws UnsupportedLayerException naming a layer that cannot be differentiated here
   */
  static Compiled compile(Tape tape, NetworkTrace trace) {
    var compiler = new TapeCompiler(tape, trace);
    for (int i = 0; i < trace.nodes().size(); i++) {
      compiler.values.add(compiler.layer(i, trace.nodes().get(i)));
    }
    List<Activation> outputs = new ArrayList<>();
    for (int i : trace.outputs()) {
      var output = new Arrangement(tape).cast(compiler.value(i), DataType.FLOAT32);
      output.gradient();
      outputs.add(output);
    }
    tape.finish();
    return new Compiled(compiler.inputs, outputs);
  }

  private Activation value(int i) {
    return values
        .get(i)
        .orElseThrow(() -> new UnsupportedLayerException(trace.nodes().get(i).layer().toString()));
  }

  private Activation in(Node node, int i) {
    return value(node.inputs().get(i));
  }

  /** Empty if it has no value of its own here. */
  private Optional<Activation> layer(int index, Node node) {
    var layer = node.layer();
    if (layer instanceof Layer.Hide || (layer instanceof Layer.Conv2d && isFused(index))) {
      return Optional.empty();
    }
    return Optional.of(fit(computed(layer, node), node));
  }

  /** In the shape that the node has, which may be another view of the same numbers. */
  private static Activation fit(Activation x, Node node) {
    var shape = node.shape().stream().mapToInt(Math::toIntExact).toArray();
    int c = shape[shape.length - 1];
    int h = shape.length == 3 ? shape[0] : 1;
    int w = shape.length == 3 ? shape[1] : shape.length == 2 ? shape[0] : 1;
    boolean same = x.height() == h && x.width() == w && x.channels() == c;
    return same ? x : x.view(h, w, c);
  }

  private Activation computed(Layer layer, Node node) {
    if (layer instanceof Layer.Input input) {
      return input(input, node);
    }
    if (layer instanceof Layer.Linear l && !l.bias().isEmpty()) {
      return new Dense(
              tape,
              tape.parameter(l.weight()),
              tape.parameter(l.bias()),
              Math.toIntExact(l.in()),
              Math.toIntExact(l.out()))
          .forward(in(node, 0));
    }
    if (layer instanceof Layer.Conv2d c && c.stride() == 1) {
      return convolution(c).forward(in(node, 0), Optional.empty());
    }
    if (layer instanceof Layer.GroupNorm g) {
      var told =
          node.inputs().size() == 2 ? Optional.of(in(node, 1)) : Optional.<Activation>empty();
      return new GroupNormalisation(
              tape,
              tape.parameter(g.gain()),
              tape.parameter(g.shift()),
              g.groups(),
              g.eps(),
              g.silu())
          .forward(in(node, 0), told);
    }
    if (layer instanceof Layer.LayerNorm l) {
      return new LayerNormalisation(
              tape, tape.parameter(l.gain()), tape.parameter(l.shift()), l.eps())
          .forward(in(node, 0));
    }
    if (layer instanceof Layer.Silu) {
      return new Silu(tape).forward(in(node, 0));
    }
    if (layer instanceof Layer.Attention a && node.inputs().size() == 4) {
      return attention(a, node);
    }
    if (layer instanceof Layer.Add) {
      return sum(node);
    }
    if (layer instanceof Layer.AveragePool) {
      return new Resampling(tape).averagePool(in(node, 0));
    }
    if (layer instanceof Layer.UpsampleNearest) {
      return new Resampling(tape).upsampleNearest(in(node, 0));
    }
    if (layer instanceof Layer.Chosen c) {
      return new ChosenRow(tape, tape.parameter(c.row())).forward(in(node, 0), in(node, 1));
    }
    return arranged(layer, node);
  }

  private Activation arranged(Layer layer, Node node) {
    var arrangement = new Arrangement(tape);
    if (layer instanceof Layer.Reshape) {
      return in(node, 0);
    }
    if (layer instanceof Layer.Concat c && node.inputs().size() == 2) {
      return c.axis() == node.shape().size()
          ? arrangement.concat(in(node, 0), in(node, 1))
          : arrangement.append(in(node, 0), in(node, 1));
    }
    if (layer instanceof Layer.Slice s) {
      return arrangement.slice(in(node, 0), Math.toIntExact(s.begin()), Math.toIntExact(s.size()));
    }
    if (layer instanceof Layer.Deal d) {
      return arrangement.deal(in(node, 0), d.parts(), tape.type());
    }
    throw new UnsupportedLayerException(layer.toString());
  }

  private Activation input(Layer.Input input, Node node) {
    if (input.integers()) {
      throw new UnsupportedLayerException(input.toString());
    }
    var shape = node.shape().stream().mapToInt(Math::toIntExact).toArray();
    int c = shape[shape.length - 1];
    int h = shape.length == 3 ? shape[0] : 1;
    int w = shape.length == 3 ? shape[1] : shape.length == 2 ? shape[0] : 1;
    var fed = tape.input(h, w, c);
    inputs.put(input.name(), fed);
    return shape.length == 1 ? fed : new Arrangement(tape).cast(fed, tape.type());
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

  /** A convolution that only feeds a sum of equals is computed with it. */
  private boolean isFused(int index) {
    return uses.get(index) == 1
        && trace.nodes().stream()
            .anyMatch(
                node ->
                    node.layer() instanceof Layer.Add
                        && node.inputs().size() == 2
                        && node.inputs().get(1) == index
                        && isSameSize(node));
  }

  private boolean isSameSize(Node sum) {
    return trace.nodes().get(sum.inputs().get(0)).size()
        == trace.nodes().get(sum.inputs().get(1)).size();
  }

  private Activation sum(Node node) {
    var second = trace.nodes().get(node.inputs().get(1));
    var a = in(node, 0);
    if (second.layer() instanceof Layer.Conv2d c && values.get(node.inputs().get(1)).isEmpty()) {
      return convolution(c).forward(in(second, 0), Optional.of(a));
    }
    return isSameSize(node)
        ? new Sum(tape).of(a, in(node, 1))
        : new Sum(tape).overPixels(a, in(node, 1));
  }

  private Activation attention(Layer.Attention a, Node node) {
    var hide = trace.nodes().get(node.inputs().get(3));
    if (!(hide.layer() instanceof Layer.Hide h)) {
      throw new UnsupportedLayerException(a + " with " + hide.layer());
    }
    var q = in(node, 0);
    var k = in(node, 1);
    var present = in(hide, 0);
    var mask =
        masks.computeIfAbsent(
            List.of(hide.inputs().get(0), a.heads(), q.pixels(), k.pixels()),
            key ->
                new HiddenLogits(tape, h.hidden())
                    .forward(present, a.heads(), q.pixels(), k.pixels()));
    return new TrainedAttention(tape, a.heads()).forward(q, k, in(node, 2), mask);
  }
}
