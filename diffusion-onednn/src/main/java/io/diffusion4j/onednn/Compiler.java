package io.diffusion4j.onednn;

import io.diffusion4j.onednn.Fusion.After;
import io.diffusion4j.tf.NetworkTrace;
import io.diffusion4j.tf.NetworkTrace.Node;
import io.diffusion4j.tf.UnsupportedLayerException;
import io.diffusion4j.tf.nn.Layer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns a network into steps, from its outputs backwards: each layer after what it reads, and
 * chains as one.
 */
final class Compiler {
  private final NetworkTrace trace;
  private final Fusion fusion;
  private final Lowering lowering;
  private final DataType type;
  private final Map<Integer, Value> values = new HashMap<>();
  private final Map<Integer, Value> narrow = new HashMap<>();
  private final Map<Integer, Value> wide = new HashMap<>();
  private final Map<List<Integer>, Value> masks = new HashMap<>();

  /**
   * Compiles nothing yet.
   *
   * @param lowering where the steps go
   * @param type of the activations
   */
  Compiler(NetworkTrace trace, Lowering lowering, DataType type) {
    this.trace = trace;
    this.fusion = new Fusion(trace);
    this.lowering = lowering;
    this.type = type;
  }

  /** What is fed, in the trace's order, as if the first step read it. */
  List<Value> inputs() {
    List<Value> inputs = new ArrayList<>();
    for (int n = 0; n < trace.nodes().size(); n++) {
      if (node(n).layer() instanceof Layer.Input input) {
        if (input.integers()) {
          throw unsupported(n);
        }
        inputs.add(values.computeIfAbsent(n, k -> lowering.fed(node(k).shape())));
      }
    }
    return inputs;
  }

  /** The outputs in float32, for which the steps are made. */
  List<Value> outputs() {
    return trace.outputs().stream().map(this::wide).toList();
  }

  private Node node(int n) {
    return trace.nodes().get(n);
  }

  private UnsupportedLayerException unsupported(int n) {
    return new UnsupportedLayerException(node(n).layer().toString());
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
    if (chain.isPresent()) {
      return computeChain(n, chain.get(), into);
    }
    var node = node(n);
    var layer = node.layer();
    var in = node.inputs();
    var curve = Fusion.curve(layer);
    if (curve.isPresent()) {
      return lowering.apply(curve.get(), narrow(in.get(0)));
    } else if (layer instanceof Layer.Reshape) {
      return value(in.get(0)).withShape(node.shape());
    } else if (layer instanceof Layer.Add) {
      return add(n, in.get(0), in.get(1));
    } else if (layer instanceof Layer.LayerNorm norm) {
      return lowering.layerNorm(norm, narrow(in.get(0)));
    } else if (layer instanceof Layer.Learned learned) {
      return lowering.learned(learned, node.shape());
    } else if (layer instanceof Layer.Position position) {
      return value(in.get(0)).position(position.index());
    } else if (layer instanceof Layer.GroupNorm norm) {
      Optional<Value> scaleShift = in.size() == 1 ? Optional.empty() : Optional.of(wide(in.get(1)));
      return lowering.groupNorm(norm, narrow(in.get(0)), scaleShift);
    } else if (layer instanceof Layer.Attention attention) {
      return lowering.attention(
          attention.heads(),
          narrow(in.get(0)),
          narrow(in.get(1)),
          narrow(in.get(2)),
          mask(in.subList(3, in.size())));
    } else if (layer instanceof Layer.Hide hide) {
      return lowering.hide(hide, wide(in.get(0)), node.shape());
    } else if (layer instanceof Layer.Causal causal) {
      return lowering.causal(causal, node.shape());
    } else if (layer instanceof Layer.Unpacked part) {
      return lowering.unpacked(part, narrow(in.get(0)));
    } else if (layer instanceof Layer.Concat concat) {
      return concat(node, concat.axis());
    } else if (layer instanceof Layer.Slice slice) {
      return lowering.slice(value(in.get(0)), slice.begin(), slice.size());
    } else if (layer instanceof Layer.UpsampleNearest) {
      return lowering.upsampleNearest(narrow(in.get(0)));
    } else if (layer instanceof Layer.AveragePool) {
      return lowering.averagePool(narrow(in.get(0)));
    }
    throw unsupported(n);
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
    var x = narrow(producer.inputs().get(0));
    DataType to = fusion.isWide(n) ? DataType.FLOAT32 : type;
    if (producer.layer() instanceof Layer.Conv2d conv) {
      Value y = lowering.convolution(conv, x, producer.shape(), to, after);
      return y.withShape(node(n).shape());
    }
    var place = into.orElseGet(() -> lowering.value(to, node(n).shape()));
    lowering.linear((Layer.Linear) producer.layer(), x, place, after);
    return place;
  }

  /** All that hides keys from an attention, as one; attentions that hide the same share it. */
  private Optional<Value> mask(List<Integer> hiding) {
    if (hiding.isEmpty()) {
      return Optional.empty();
    }
    Value known = masks.get(hiding);
    if (known == null) {
      known = hiding.stream().map(this::wide).reduce(lowering::hideBoth).orElseThrow();
      masks.put(List.copyOf(hiding), known);
    }
    return Optional.of(known);
  }

  private Value add(int n, int a, int b) {
    if (node(a).size() != node(b).size()) {
      throw unsupported(n);
    }
    return lowering.add(narrow(a), narrow(b));
  }

  /**
   * Sequences one after the other are one stretch of memory, so who is read only here is computed
   * in place. Channels side by side are copied.
   */
  private Value concat(Node node, int axis) {
    Value whole = lowering.value(type, node.shape());
    if (axis == 1) {
      long offset = 0;
      for (int input : node.inputs()) {
        var place = new Value(whole.buffer(), type, whole.offset() + offset, node(input).shape());
        boolean here =
            fusion.isReadOnce(input)
                && !values.containsKey(input)
                && fusion.chain(input).isPresent()
                && node(fusion.chain(input).get().producer()).layer() instanceof Layer.Linear;
        if (here) {
          compute(input, Optional.of(place));
        } else {
          lowering.copy(narrow(input), place);
        }
        offset += node(input).size();
      }
      return whole;
    }
    if (axis != node.shape().size()) {
      throw new UnsupportedLayerException(node.layer() + " of " + node.shape());
    }
    lowering.beside(node.inputs().stream().map(this::narrow).toList(), whole);
    return whole;
  }
}
