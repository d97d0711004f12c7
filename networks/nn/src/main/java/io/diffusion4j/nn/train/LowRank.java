package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.nn.weights.Layout;
import io.diffusion4j.nn.weights.Parameter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Training of low-rank updates instead of weights (LoRA, Hu et al. 2021, eq. 3): dense layers
 * become y = W·x + b + (alpha/rank)·B·(A·x), and only A and B are trained. A begins at N(0,
 * 1/rank²), B at 0. In convolutions, A has the kernel, and B is one of 1×1.
 *
 * <p>The objective is rewritten as data, so every engine can train it. The factor alpha/rank is a
 * separate layer with a fixed multiple of the identity.
 *
 * @param rank the rank of the updates
 * @param alpha the factor is alpha/rank
 * @param targets the dense layers and convolutions, by the keys of their weights without {@code
 *     .weight}
 */
public record LowRank(int rank, double alpha, KeyPatterns targets) {
  /** The suffix of the keys of A, after the layer's key. */
  public static final String A = ".lora_A.weight";

  /** The suffix of the keys of B. */
  public static final String B = ".lora_B.weight";

  private static final String FACTOR = ".lora_factor";
  private static final String WEIGHT = ".weight";

  private static final Set<Layout> LAYOUTS = EnumSet.of(Layout.LINEAR, Layout.CONV);

  public LowRank {
    Check.that(rank >= 1, "rank", rank, "≥ 1");
    Check.positive("alpha", alpha);
  }

  /** Whether a parameter is trained, that is, part of A or B. */
  static boolean isUpdate(String key) {
    return key.endsWith(A) || key.endsWith(B);
  }

  /** Whether a parameter is not one of the original network. */
  static boolean isAdded(String key) {
    return isUpdate(key) || key.endsWith(FACTOR);
  }

  /**
   * Adds updates to an objective.
   *
   * @throws IllegalArgumentException if none of its layers is a target
   */
  LossNetwork in(LossNetwork objective) {
    var rewritten = new Rewriting(objective.network());
    objective.network().nodes().forEach(rewritten::copy);
    Check.that(
        rewritten.updates > 0,
        "targets",
        targets,
        "some dense layers or convolutions of the network");
    return objective.with(rewritten.network());
  }

  private final class Rewriting {
    private final Network original;
    private final Map<String, Parameter> parameters;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Integer> index = new ArrayList<>();
    private int updates;

    Rewriting(Network original) {
      this.original = original;
      this.parameters = new LinkedHashMap<>(original.parameters());
    }

    private Tensor moved(Tensor value) {
      return new Tensor(index.get(value.node()), value.shape(), value.role());
    }

    void copy(Node node) {
      var inputs = node.inputs().stream().map(this::moved).toList();
      var y = add(node.layer(), inputs, node.output().shape(), node.output().role());
      var target = node.layer().matrix().filter(this::isTarget);
      index.add(target.map(matrix -> updated(matrix, inputs.get(0), y)).orElse(y).node());
    }

    private boolean isTarget(Layer.Matrix matrix) {
      return matrix.weight().endsWith(WEIGHT)
          && LAYOUTS.contains(original.parameter(matrix.weight()).layout())
          && targets.matches(layer(matrix));
    }

    private static String layer(Layer.Matrix matrix) {
      return matrix.weight().substring(0, matrix.weight().length() - WEIGHT.length());
    }

    private Tensor updated(Layer.Matrix matrix, Tensor x, Tensor y) {
      updates++;
      String layer = layer(matrix);
      Tensor product =
          matrix.match(
              linear -> {
                var down = linear(layer + A, x, linear.in(), rank, y, Init.normal(1.0 / rank));
                var scaled = linear(layer + FACTOR, down, rank, rank, y, (s, r) -> factor());
                return linear(layer + B, scaled, rank, linear.out(), y, Init.ZEROS);
              },
              conv -> {
                var down =
                    new Layer.Conv2d(
                        layer + A,
                        "",
                        conv.in(),
                        rank,
                        conv.kernel(),
                        conv.stride(),
                        conv.pad(),
                        conv.padEnd());
                var thin = convolution(down, x, y, Init.normal(1.0 / rank));
                var scaled = convolution(one(layer + FACTOR, rank), thin, y, (s, r) -> factor());
                return convolution(one(layer + B, conv.out()), scaled, y, Init.ZEROS);
              });
      return add(new Layer.Combine(Operation.ADD), List.of(y, product), y.shape(), y.role());
    }

    private Tensor linear(String key, Tensor x, long in, long out, Tensor y, Init init) {
      var layer = new Layer.Linear(key, "", in, out);
      return product(layer, out, new long[] {out, in}, Layout.LINEAR, x, y, init);
    }

    private Layer.Conv2d one(String key, long out) {
      return new Layer.Conv2d(key, "", rank, out, 1, 1, 0, 0);
    }

    private Tensor convolution(Layer.Conv2d layer, Tensor x, Tensor y, Init init) {
      var shape = new long[] {layer.out(), layer.in(), layer.kernel(), layer.kernel()};
      return product(layer, layer.out(), shape, Layout.CONV, x, y, init);
    }

    /** Adds a layer with the places of y, and its parameter. */
    private Tensor product(
        Layer.Matrix layer, long out, long[] weight, Layout layout, Tensor x, Tensor y, Init init) {
      parameters.put(layer.weight(), new Parameter(layer.weight(), weight, layout, init));
      List<Long> shape = new ArrayList<>(y.shape());
      shape.set(shape.size() - 1, out);
      return add(layer, List.of(x), shape, y.role());
    }

    private Tensor add(Layer layer, List<Tensor> inputs, List<Long> shape, Tensor.Role role) {
      var output = new Tensor(nodes.size(), shape, role);
      nodes.add(new Node(layer, inputs, output));
      return output;
    }

    Network network() {
      var outputs = original.outputs().stream().map(this::moved).toList();
      return new Network(original.name(), nodes, outputs, parameters);
    }
  }

  /** (alpha/rank)·I. */
  private float[] factor() {
    float[] values = new float[rank * rank];
    for (int i = 0; i < rank; i++) {
      values[i * rank + i] = (float) (alpha / rank);
    }
    return values;
  }
}
