package io.diffusion4j.nn.reference;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Computes networks and their gradients in plain Java and double precision, layer by layer and
 * differentiated in reverse: the oracle of all engines.
 *
 * <pre>{@code
 * var interpreter = new Interpreter(network, Set.of("x")); // differentiable with respect to x
 * var evaluation = interpreter.evaluate(new Batch(rows).floats("x", x), parameters);
 * Tensor output = network.outputs().get(0);
 * double[] values = evaluation.value(output);
 * evaluation.differentiate(Map.of(output, new double[values.length]));
 * double[] gradient = evaluation.byInput("x");
 * }</pre>
 *
 * <p>Owned by one thread.
 */
public final class Interpreter {
  private final Network network;
  private final boolean[] differentiated;
  private final BroadcastIndices broadcast = new BroadcastIndices();

  /**
   * Prepares a network.
   *
   * @param inputs names of the inputs by which it is differentiated, besides the parameters
   */
  public Interpreter(Network network, Set<String> inputs) {
    this.network = network;
    this.differentiated = new boolean[network.nodes().size()];
    for (int n = 0; n < differentiated.length; n++) {
      var node = network.nodes().get(n);
      boolean ofInput = node.layer().fed().filter(inputs::contains).isPresent();
      differentiated[n] =
          ofInput
              || !node.layer().parameters().isEmpty()
              || (!(node.layer() instanceof Layer.Detached)
                  && node.inputs().stream().anyMatch(input -> differentiated[input.node()]));
    }
  }

  /**
   * Computes all values of the network.
   *
   * @param parameters the parameters by key, in the graph's order of axes ({@link
   *     io.diffusion4j.nn.weights.Layout})
   */
  public Evaluation evaluate(Batch batch, Map<String, double[]> parameters) {
    return evaluate(batch, parameters, values -> {});
  }

  /**
   * Computes all values as an engine does that rounds.
   *
   * @param rounding changes what a layer computed, and the gradients of it, in place
   */
  Evaluation evaluate(Batch batch, Map<String, double[]> parameters, Consumer<double[]> rounding) {
    batch.requireOnly(network.inputs().keySet());
    var evaluation = new Evaluation(batch, parameters, rounding);
    for (Network.Node node : network.nodes()) {
      double[] value = node.layer().accept(evaluation.forward, node);
      if (!node.inputs().isEmpty() && node.output().role() != Role.INTEGERS) {
        rounding.accept(value);
      }
      evaluation.values.add(value);
    }
    return evaluation;
  }

  /** The values of a network for one batch. */
  public final class Evaluation {
    private final Batch batch;
    private final Map<String, double[]> parameters;
    private final Consumer<double[]> rounding;
    private final List<double[]> values = new ArrayList<>();
    private final List<Runnable> backward = new ArrayList<>();
    private final Map<Integer, double[]> gradients = new LinkedHashMap<>();
    private final Map<String, double[]> parameterGradients = new LinkedHashMap<>();
    private final Oracle forward = new Oracle(this);

    private Evaluation(Batch batch, Map<String, double[]> parameters, Consumer<double[]> rounding) {
      this.batch = batch;
      this.parameters = parameters;
      this.rounding = rounding;
    }

    /** Returns a value, row-major. */
    public double[] value(Tensor tensor) {
      return values.get(tensor.node());
    }

    /** Returns the shape of a value. */
    int[] shape(Tensor tensor) {
      return Arrays.stream(tensor.shape(batch.rows())).mapToInt(Math::toIntExact).toArray();
    }

    double[] input(String name, Tensor output) {
      long[] sample = output.sample().stream().mapToLong(Long::longValue).toArray();
      if (output.role() == Role.INTEGERS) {
        return Arrays.stream(batch.ints(name, sample)).asDoubleStream().toArray();
      }
      return Oracle.wide(batch.floats(name, sample));
    }

    double[] parameter(String key) {
      double[] values = parameters.get(key);
      if (values == null) {
        throw new IllegalArgumentException("parameter: none of name " + key);
      }
      return values;
    }

    BroadcastIndices broadcast() {
      return broadcast;
    }

    boolean isDifferentiated(Tensor tensor) {
      return differentiated[tensor.node()];
    }

    /** The backward pass of a layer, given the gradient of its output. */
    @FunctionalInterface
    interface Pullback {
      void pull(double[] dy);
    }

    /** Records the backward pass of a layer. */
    void onBackward(Network.Node node, Pullback pullback) {
      if (isDifferentiated(node.output())) {
        backward.add(
            () -> {
              double[] dy = gradients.get(node.output().node());
              if (dy != null) {
                rounding.accept(dy);
                pullback.pull(dy);
              }
            });
      }
    }

    /** Returns the gradient of a value so far, to be added to. */
    double[] gradient(Tensor tensor) {
      return gradients.computeIfAbsent(tensor.node(), n -> new double[values.get(n).length]);
    }

    /** Returns the gradient of a parameter so far, to be added to. */
    double[] parameterGradient(String key) {
      return parameterGradients.computeIfAbsent(key, k -> new double[parameter(k).length]);
    }

    /**
     * Computes the gradients of Σ seed·output over some outputs. Call it once.
     *
     * @param seeds the seeds by output; may be changed
     */
    public void differentiate(Map<Tensor, double[]> seeds) {
      seeds.forEach((output, seed) -> gradients.put(output.node(), seed));
      for (int i = backward.size() - 1; i >= 0; i--) {
        backward.get(i).run();
      }
    }

    /** Returns the gradient with respect to an input, after {@link #differentiate}. */
    public double[] byInput(String name) {
      return gradient(java.util.Objects.requireNonNull(network.inputs().get(name), name));
    }

    /** Returns the gradient with respect to a parameter, after {@link #differentiate}. */
    public double[] byParameter(String key) {
      return parameterGradient(key);
    }
  }

  /** The indices of a smaller shape's values for each value of the shape that it broadcasts to. */
  static final class BroadcastIndices {
    private final Map<List<List<Integer>>, int[]> known = new HashMap<>();

    /** Returns the index of the value of {@code from} for each value of {@code to}, row-major. */
    int[] index(int[] from, int[] to) {
      return known.computeIfAbsent(List.of(list(from), list(to)), key -> compute(from, to));
    }

    private static List<Integer> list(int[] shape) {
      return Arrays.stream(shape).boxed().toList();
    }

    private static int[] compute(int[] from, int[] to) {
      int size = 1;
      for (int n : to) {
        size *= n;
      }
      int[] index = new int[size];
      int step = 1; // of the present axis in from
      int block = 1; // values of to in the axes after it
      for (int back = 1; back <= to.length; back++) {
        int n = to[to.length - back];
        int own = back <= from.length ? from[from.length - back] : 1;
        if (own > 1) {
          for (int i = 0; i < size; i++) {
            index[i] += i / block % n * step;
          }
          step *= own;
        }
        block *= n;
      }
      return index;
    }
  }
}
