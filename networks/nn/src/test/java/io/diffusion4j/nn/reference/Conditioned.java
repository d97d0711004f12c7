package io.diffusion4j.nn.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.RandomNetwork;
import io.diffusion4j.nn.engine.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Values that the {@link Oracle} computes, with the tolerances of a number format: how far they
 * move when weights, inputs and what each layer computes are rounded to it at random, which is much
 * for an ill-conditioned network and little for others.
 */
public final class Conditioned {
  private static final int ROUNDINGS = 2;

  /** How many more are tried before a value is called wrong: two say little of a rare one. */
  private static final int MORE_ROUNDINGS = 62;

  /** Movements that an engine may be off by, which rounds within layers too. */
  private static final double FACTOR = 4;

  /** By how much gradients may be off, as a multiple of values. */
  private static final double OF_GRADIENTS = 5;

  /** Values of a batch by parameters, with a rounding of what layers compute. */
  @FunctionalInterface
  private interface Computed {
    List<double[]> apply(
        Batch batch, Map<String, double[]> parameters, Consumer<double[]> rounding);
  }

  private final List<double[]> values;
  private final double[] tolerances; // of each array, absolute
  private final Supplier<List<double[]>> moved; // by the next rounding

  private Conditioned(List<double[]> values, double[] tolerances, Supplier<List<double[]>> moved) {
    this.values = values;
    this.tolerances = tolerances;
    this.moved = moved;
    widen(ROUNDINGS);
  }

  /** The outputs of a network. */
  public static Conditioned outputs(
      Network network, TensorSource weights, List<Batch> samples, Precision precision) {
    return of(
        network,
        weights,
        samples,
        precision,
        1,
        (batch, parameters, rounding) -> {
          var evaluation = new Interpreter(network, Set.of()).evaluate(batch, parameters, rounding);
          return network.outputs().stream().map(evaluation::value).toList();
        });
  }

  /** The first output of a network, and the gradient of its sum by the input x. */
  public static Conditioned byInput(
      Network network, TensorSource weights, List<Batch> samples, Precision precision) {
    return of(
        network,
        weights,
        samples,
        precision,
        OF_GRADIENTS,
        (batch, parameters, rounding) -> {
          var evaluation =
              new Interpreter(network, Set.of("x")).evaluate(batch, parameters, rounding);
          var first = network.outputs().get(0);
          double[] ones = new double[evaluation.value(first).length];
          Arrays.fill(ones, 1);
          evaluation.differentiate(Map.of(first, ones));
          return List.of(evaluation.value(first), evaluation.byInput("x"));
        });
  }

  /** The loss of a network, and its gradients by all parameters in their order. */
  public static Conditioned byParameters(
      Network network, TensorSource weights, List<Batch> samples) {
    return of(
        network,
        weights,
        samples,
        Precision.FLOAT32,
        OF_GRADIENTS,
        (batch, parameters, rounding) -> {
          var evaluation = new Interpreter(network, Set.of()).evaluate(batch, parameters, rounding);
          var loss = network.outputs().get(0);
          evaluation.differentiate(Map.of(loss, new double[] {1}));
          List<double[]> all = new ArrayList<>(List.of(evaluation.value(loss)));
          network.parameters().keySet().forEach(key -> all.add(evaluation.byParameter(key)));
          return all;
        });
  }

  private static Conditioned of(
      Network network,
      TensorSource weights,
      List<Batch> samples,
      Precision precision,
      double factor,
      Computed computed) {
    double unit = // of the last place
        switch (precision) {
          case FLOAT32 -> 0x1p-20; // eight: layers are some units off (oneDNN's SiLU 3.7)
          case BFLOAT16 -> 0x1p-8;
          case INT8, EXACT -> 1.0 / 127;
        };
    double layers = // what well-conditioned networks of 16 layers may be off by
        switch (precision) {
          case FLOAT32 -> 1e-5;
          case BFLOAT16 -> 0.02;
          case INT8, EXACT -> 0.08;
        };
    var parameters = Oracle.parameters(network, weights);
    var batch = RandomNetwork.batch(network, samples);
    var exact = computed.apply(batch, parameters, values -> {});
    double[] largest = exact.stream().mapToDouble(Conditioned::largest).toArray();
    double all = Math.max(1e-3, Arrays.stream(largest).max().orElse(0));
    double deep = Math.max(1, Math.sqrt(network.nodes().size() / 16.0)); // roundings add up
    double[] tolerances = new double[largest.length];
    for (int i = 0; i < largest.length; i++) {
      tolerances[i] =
          factor * layers * deep * Math.max(largest[i], 0.01 * all); // a value may cancel
    }
    var random = new SplittableRandom(1);
    return new Conditioned(
        exact,
        tolerances,
        () -> {
          Map<String, double[]> rounded = new HashMap<>();
          parameters.forEach((key, v) -> rounded.put(key, rounded(v, unit, random)));
          var others =
              samples.stream().map(sample -> rounded(network, sample, unit, random)).toList();
          return computed.apply(
              RandomNetwork.batch(network, others), rounded, v -> round(v, unit, random));
        });
  }

  private void widen(int roundings) {
    for (int r = 0; r < roundings; r++) {
      List<double[]> others = moved.get();
      for (int i = 0; i < tolerances.length; i++) {
        tolerances[i] = Math.max(tolerances[i], FACTOR * distance(values.get(i), others.get(i)));
      }
    }
  }

  private static double[] rounded(double[] values, double unit, SplittableRandom random) {
    double[] rounded = values.clone();
    round(rounded, unit, random);
    return rounded;
  }

  private static void round(double[] values, double unit, SplittableRandom random) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= 1 + unit * random.nextDouble(-0.5, 0.5);
    }
  }

  private static Batch rounded(
      Network network, Batch sample, double unit, SplittableRandom random) {
    var other = new Batch(1);
    network
        .inputs()
        .forEach(
            (name, input) -> {
              float[] values = sample.floats(name, input.sampleSize()).clone();
              for (int i = 0; i < values.length && !RandomNetwork.isMask(name); i++) {
                values[i] = (float) (values[i] * (1 + unit * random.nextDouble(-0.5, 0.5)));
              }
              other.floats(name, values);
            });
    return other;
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  private static double distance(double[] a, double[] b) {
    return IntStream.range(0, a.length) // NaN if one is
        .mapToDouble(i -> Math.abs(a[i] - b[i]))
        .max()
        .orElse(0);
  }

  /** Fails unless an engine's values are these, in the tolerances. */
  public void assertClose(List<float[]> actual, String what) {
    assertThat(actual).as(what).hasSameSizeAs(values);
    for (int i = 0; i < values.size(); i++) {
      double[] expected = values.get(i);
      float[] own = actual.get(i);
      assertThat(own).as("%s, array %d", what, i).hasSameSizeAs(expected);
      double far = distance(expected, Oracle.wide(own));
      if (far > tolerances[i]) {
        widen(MORE_ROUNDINGS);
      }
      assertThat(far)
          .as("%s, array %d: largest value %s", what, i, largest(expected))
          .isLessThanOrEqualTo(tolerances[i]);
    }
  }
}
