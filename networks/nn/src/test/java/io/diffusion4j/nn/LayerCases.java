package io.diffusion4j.nn;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.nn.weights.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Little networks, each around one layer; together they have every layer of the vocabulary. */
public final class LayerCases {
  private static final int ROWS = 3;
  private static final int CHANNELS = 8;
  private static final long[] IMAGE = {4, 4, CHANNELS};
  private static final long[] SEQUENCE = {3, CHANNELS};
  private static final long[] VECTOR = {CHANNELS};
  private static final Init SOME = Init.normal(0.5);

  private LayerCases() {}

  /** A layer, from the value it is tried on. */
  @FunctionalInterface
  public interface Piece {
    /**
     * Applies the layer.
     *
     * @param x activations
     * @return activations or numbers, with a row for each sample
     */
    Tensor of(Nn nn, Inputs inputs, Tensor x);
  }

  /**
   * A layer to be tried.
   *
   * @param name unique
   * @param sample the shape of one sample of x
   */
  public record Case(String name, List<Long> sample, Piece piece) {
    /** The layer of an input. */
    public Network forward() {
      return Network.of((nn, inputs) -> List.of(output(nn, inputs, input(nn, inputs))));
    }

    /**
     * Means of x, whose standard deviation is 1: several for norms, which are to subtract the mean
     * before anything is squared.
     */
    public double[] means() {
      return name.contains("norm") ? new double[] {0, 30, 300, 3000} : new double[] {0};
    }

    private Tensor values(Nn nn, Inputs inputs, Place place) {
      var x = input(nn, inputs);
      Tensor y;
      if (place == Place.LAST) {
        y = output(nn, inputs, nn.at("before").linear(x, sample.get(sample.size() - 1)));
      } else {
        y = output(nn, inputs, x);
        y = nn.at("after").linear(nn.input(nn.reshape(y, -1, y.sampleSize())), 5);
        y = nn.output(y);
      }
      long[] shape = y.sample().stream().mapToLong(Long::longValue).toArray();
      var weighted = nn.multiply(y, inputs.floats("w", shape));
      int[] axes = java.util.stream.IntStream.range(1, y.rank()).toArray();
      return axes.length == 0 ? weighted : nn.sum(weighted, axes);
    }

    private Tensor input(Nn nn, Inputs inputs) {
      return nn.input(inputs.floats("x", sample.stream().mapToLong(Long::longValue).toArray()));
    }

    private Tensor output(Nn nn, Inputs inputs, Tensor x) {
      var y = piece.of(nn.at("layer"), inputs, x);
      return y.role() == Tensor.Role.ACTIVATIONS ? nn.output(y) : y;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Where a layer is in a network that is differentiated. */
  public enum Place {
    /** Of an input: layer(x), then a linear layer. */
    FIRST,
    /** Of a linear layer, whose gradients show those that the layer passes on: layer(W·x + b). */
    LAST
  }

  /** A layer at a place in a network that is differentiated. */
  public record Placed(Case layer, Place place) {
    /** The mean of the {@linkplain #values values} over the batch. */
    public Tensor loss(Nn nn, Inputs inputs) {
      return nn.mean(values(nn, inputs), 0);
    }

    /** The outputs of the network, weighted and summed for each sample. */
    public Tensor values(Nn nn, Inputs inputs) {
      return layer.values(nn, inputs, place);
    }

    /** Returns the name of the layer, and that it is the first. */
    @Override
    public String toString() {
      return layer + (place == Place.FIRST ? ", first" : "");
    }
  }

  /** Each layer at each place. */
  public static Stream<Placed> placed() {
    return all().flatMap(c -> Arrays.stream(Place.values()).map(place -> new Placed(c, place)));
  }

  /**
   * Returns a tolerance of float32 for an x with a mean.
   *
   * @param centred the tolerance without a mean
   */
  public static double tolerance(double centred, double mean) {
    return centred + 8 * mean * 0x1p-24; // some roundings of a mean
  }

  /** Random values for all inputs of a network: masks of ones and a zero, small integers. */
  public static Batch batch(Network network, long seed) {
    return batch(network, seed, 0);
  }

  /** Random values for all inputs, where x has a mean. */
  public static Batch batch(Network network, long seed, double mean) {
    var random = new SplittableRandom(seed);
    var batch = new Batch(ROWS);
    network
        .inputs()
        .forEach(
            (name, input) -> {
              int size = Math.toIntExact(ROWS * input.sampleSize());
              if (input.role() == Tensor.Role.INTEGERS) {
                batch.ints(name, random.ints(size, 0, 5).toArray());
              } else if (name.equals("present")) {
                float[] present = new float[size];
                Arrays.fill(present, 1);
                present[1] = 0;
                batch.floats(name, present);
              } else {
                float[] values = Init.normal(1).values(new long[] {size}, random);
                for (int i = 0; i < size && name.equals("x"); i++) {
                  values[i] += (float) mean;
                }
                batch.floats(name, values);
              }
            });
    return batch;
  }

  /** Random weights for all parameters of a network. */
  public static TensorSource weights(Network network) {
    var random = new SplittableRandom(1);
    var weights = new TensorMap();
    for (Parameter p : network.parameters().values()) {
      float[] values = new float[p.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (0.7 * random.nextGaussian() + 0.1);
      }
      weights.put(p.key(), p.shape(), values);
    }
    return weights;
  }

  /** All of them. */
  public static Stream<Case> all() {
    List<Case> cases = new ArrayList<>();
    withParameters(cases);
    attention(cases);
    arrangement(cases);
    arithmetic(cases);
    return cases.stream();
  }

  private static void add(List<Case> cases, String name, long[] sample, Piece piece) {
    cases.add(new Case(name, Arrays.stream(sample).boxed().toList(), piece));
  }

  private static void withParameters(List<Case> cases) {
    add(cases, "linear over vectors", VECTOR, (nn, in, x) -> nn.linear(x, 5));
    add(cases, "linear over sequences", SEQUENCE, (nn, in, x) -> nn.linear(x, 5));
    add(cases, "linear without bias", SEQUENCE, (nn, in, x) -> nn.linearNoBias(x, 5, SOME));
    add(cases, "pointwise", SEQUENCE, (nn, in, x) -> nn.pointwise(x, 5, SOME));
    add(cases, "projection", VECTOR, (nn, in, x) -> nn.project(x, "p", 5, SOME));
    add(cases, "convolution", IMAGE, (nn, in, x) -> nn.conv2d(x, 5, 3));
    add(cases, "convolution of stride 2", IMAGE, (nn, in, x) -> nn.conv2d(x, 5, 3, 2, SOME));
    add(
        cases,
        "convolution padded at its ends",
        IMAGE,
        (nn, in, x) -> nn.conv2d(x, 5, 3, 2, 0, SOME));
    add(cases, "depthwise convolution", IMAGE, (nn, in, x) -> nn.depthwiseConv2d(x, 3, SOME));
    add(
        cases,
        "transposed convolution",
        IMAGE,
        (nn, in, x) -> nn.transposedConv2d(x, 5, 4, 2, SOME));
    add(
        cases,
        "transposed convolution of an odd kernel",
        IMAGE,
        (nn, in, x) -> nn.transposedConv2d(x, 5, 3, 2, SOME));
    add(cases, "patches", IMAGE, (nn, in, x) -> nn.patches(x, 5, 2, SOME));
    add(cases, "patches with bias", IMAGE, (nn, in, x) -> nn.biasedPatches(x, 5, 2, SOME));
    add(
        cases,
        "an embedding for each sample",
        VECTOR,
        (nn, in, x) -> nn.add(x, nn.embedding(in.ints("id"), 5, CHANNELS, SOME)));
    add(
        cases,
        "embedding",
        SEQUENCE,
        (nn, in, x) -> nn.add(x, nn.embedding(in.ints("ids", 3), 5, CHANNELS, SOME)));
    add(
        cases,
        "embedding of some",
        SEQUENCE,
        (nn, in, x) -> {
          var ids = nn.slice(in.ints("ids", 4), 1, 2);
          return nn.concat(1, List.of(x, nn.embedding(ids, 5, CHANNELS, SOME)));
        });
    add(cases, "group norm", IMAGE, (nn, in, x) -> nn.groupNorm(x, 2, 1e-3));
    add(cases, "group norm and SiLU", IMAGE, (nn, in, x) -> nn.groupNormSilu(x, 2, 1e-3));
    add(
        cases,
        "group norm with scale and shift",
        IMAGE,
        (nn, in, x) ->
            nn.groupNormSilu(x, 2, 1e-3, nn.input(in.floats("scaleShift", 2 * CHANNELS))));
    add(
        cases,
        "a scale and shift of two group norms",
        IMAGE,
        (nn, in, x) -> {
          var scaleShift = nn.linear(nn.input(in.floats("vector", CHANNELS)), 2 * CHANNELS);
          var y = nn.at("first").groupNormSilu(x, 2, 1e-3, scaleShift);
          return nn.at("second").groupNormSilu(y, 2, 1e-3, scaleShift);
        });
    add(cases, "layer norm", SEQUENCE, (nn, in, x) -> nn.layerNorm(x, 1e-3));
    add(
        cases,
        "layer norm with scale and shift",
        SEQUENCE,
        (nn, in, x) -> {
          var vector = nn.linear(nn.input(in.floats("vector", CHANNELS)), 2 * CHANNELS);
          var shift = nn.slice(vector, 0, CHANNELS);
          return nn.layerNorm(x, 1e-3, nn.slice(vector, CHANNELS, CHANNELS), shift);
        });
    add(
        cases,
        "learned row",
        VECTOR,
        (nn, in, x) -> {
          var row = nn.orLearned(in.floats("vector", CHANNELS), in.floats("present", 1), "r", SOME);
          return nn.add(x, row);
        });
    add(
        cases,
        "learned row in place of a computed one",
        VECTOR,
        (nn, in, x) -> nn.orLearned(nn.output(x), in.floats("present", 1), "r", SOME));
    add(
        cases,
        "learned sequence",
        SEQUENCE,
        (nn, in, x) -> nn.add(x, nn.learned("places", SOME, 3, CHANNELS)));
    add(
        cases,
        "learned table",
        SEQUENCE,
        (nn, in, x) -> {
          var table = nn.parameter("places", SOME, 3, CHANNELS);
          return nn.add(x, nn.reshape(nn.input(table), 1, 3, CHANNELS));
        });
    add(
        cases,
        "learned table that lies transposed",
        SEQUENCE,
        (nn, in, x) -> nn.add(x, nn.learnedTransposed("places", SOME, 3, CHANNELS)));
  }

  private static void attention(List<Case> cases) {
    add(cases, "attention", SEQUENCE, (nn, in, x) -> nn.attention(x, nn.silu(x), x, 2, List.of()));
    add(
        cases,
        "attention with hidden tokens",
        SEQUENCE,
        (nn, in, x) -> nn.attention(x, nn.silu(x), x, 2, List.of(hide(nn, in, 3, 0))));
    add(
        cases,
        "attention to tokens before the positions",
        SEQUENCE,
        (nn, in, x) -> {
          var tokens = nn.input(in.floats("tokens", 2, CHANNELS));
          var k = nn.concat(1, List.of(nn.at("k").linear(tokens, CHANNELS), x));
          var v = nn.concat(1, List.of(nn.at("v").linear(tokens, CHANNELS), x));
          return nn.attention(x, k, v, 2, List.of(hide(nn, in, 2, 3)));
        });
    add(
        cases,
        "causal attention",
        SEQUENCE,
        (nn, in, x) -> nn.attention(x, nn.silu(x), x, 2, List.of(nn.causalMask(3, -1e4f))));
    add(
        cases,
        "causal attention with hidden tokens",
        SEQUENCE,
        (nn, in, x) ->
            nn.attention(
                x, nn.silu(x), x, 2, List.of(nn.causalMask(3, -1e4f), hide(nn, in, 2, 1))));
    add(
        cases,
        "unpacked parts in a row",
        SEQUENCE,
        (nn, in, x) -> {
          var qkv = nn.unpack(nn.linear(x, 3 * CHANNELS), 3, 1);
          return nn.attention(qkv.get(0), qkv.get(1), qkv.get(2), 2, List.of());
        });
    add(
        cases,
        "unpacked parts",
        SEQUENCE,
        (nn, in, x) -> {
          var packed = nn.linear(x, 3 * CHANNELS);
          var qkv = nn.unpack(packed, 3, 2);
          return nn.attention(qkv.get(0), qkv.get(1), qkv.get(2), 2, List.of());
        });
  }

  private static Tensor hide(Nn nn, Inputs inputs, int tokens, int after) {
    return nn.hide(inputs.floats("present", tokens), -1e4f, after);
  }

  private static void arrangement(List<Case> cases) {
    add(cases, "deal", VECTOR, (nn, in, x) -> nn.deal(x, 4));
    add(cases, "channels beside", IMAGE, (nn, in, x) -> nn.concat(3, List.of(x, nn.silu(x))));
    add(cases, "sequences after", SEQUENCE, (nn, in, x) -> nn.concat(1, List.of(nn.silu(x), x)));
    add(cases, "three sequences", SEQUENCE, (nn, in, x) -> nn.concat(1, List.of(x, nn.silu(x), x)));
    add(cases, "reshape", IMAGE, (nn, in, x) -> nn.silu(nn.reshape(x, -1, 16, CHANNELS)));
    add(cases, "channels", SEQUENCE, (nn, in, x) -> nn.silu(nn.slice(x, 2, 3)));
    add(cases, "positions", SEQUENCE, (nn, in, x) -> nn.silu(nn.slice(x, 1, 1, 2)));
    add(cases, "position", SEQUENCE, (nn, in, x) -> nn.silu(nn.position(x, 1)));
    add(
        cases,
        "a row for each sample",
        SEQUENCE,
        (nn, in, x) ->
            nn.concat(1, List.of(nn.forEach(nn.learned("row", SOME, 1, CHANNELS), x), x)));
    add(cases, "axes in another order", IMAGE, (nn, in, x) -> nn.silu(nn.permute(x, 0, 3, 1, 2)));
    add(cases, "transposed sequence", SEQUENCE, (nn, in, x) -> nn.silu(nn.transpose(x)));
    add(
        cases,
        "gathered positions",
        SEQUENCE,
        (nn, in, x) -> nn.silu(nn.gather(x, in.ints("ids", 2))));
    add(cases, "nearest upsampling", IMAGE, (nn, in, x) -> nn.silu(nn.upsampleNearest(x)));
    add(
        cases,
        "an image of its patches",
        new long[] {6, 2 * 2 * 3},
        (nn, in, x) -> nn.silu(nn.unpatched(x, 2, 3, 2)));
    add(cases, "average pooling", IMAGE, (nn, in, x) -> nn.silu(nn.averagePool(x)));
  }

  private static void arithmetic(List<Case> cases) {
    for (var function :
        List.of(
            Function.SILU,
            Function.RELU,
            Function.GELU,
            Function.GELU_TANH,
            Function.QUICK_GELU,
            Function.SINE)) {
      add(cases, function + " of activations", SEQUENCE, (nn, in, x) -> nn.map(function, x));
    }
    for (Function function : Function.values()) {
      add(
          cases,
          function + " of numbers",
          SEQUENCE,
          (nn, in, x) -> {
            var y = nn.output(x);
            boolean isOfPositive = function == Function.LOG || function == Function.INVERSE_ROOT;
            return nn.map(
                function, isOfPositive ? nn.add(nn.map(Function.SQUARE, y), nn.constant(0.5)) : y);
          });
    }
    add(cases, "products of matrices", SEQUENCE, (nn, in, x) -> nn.product(x, nn.silu(x)));
    add(
        cases,
        "products of matrices of numbers",
        SEQUENCE,
        (nn, in, x) -> nn.product(nn.output(nn.silu(x)), nn.output(x)));
    add(
        cases,
        "products of heads",
        SEQUENCE,
        (nn, in, x) -> {
          var heads = nn.permute(nn.reshape(x, -1, 3, 2, 4), 0, 2, 1, 3);
          return nn.product(heads, nn.silu(heads));
        });
    add(
        cases,
        "tokens weighed",
        SEQUENCE,
        (nn, in, x) -> {
          var weights = nn.reshape(in.floats("weights", 3), -1, 3, 1);
          return nn.silu(nn.input(nn.sum(nn.multiply(nn.output(x), weights), 1)));
        });
    add(
        cases,
        "activations times a number",
        IMAGE,
        (nn, in, x) -> nn.multiply(x, nn.input(nn.constant(0.5))));
    add(cases, "product of feature maps", IMAGE, (nn, in, x) -> nn.multiply(x, nn.silu(x)));
    add(cases, "sum of activations", SEQUENCE, (nn, in, x) -> nn.add(x, nn.silu(x)));
    add(
        cases,
        "a vector over pixels",
        IMAGE,
        (nn, in, x) -> {
          var vector = nn.linear(nn.input(in.floats("vector", CHANNELS)), CHANNELS);
          return nn.add(x, nn.reshape(vector, -1, 1, 1, CHANNELS));
        });
    add(
        cases,
        "a gate over tokens",
        SEQUENCE,
        (nn, in, x) -> {
          var vector = nn.linear(nn.input(in.floats("vector", CHANNELS)), 2 * CHANNELS);
          return nn.multiply(x, nn.reshape(nn.slice(vector, 3, CHANNELS), -1, 1, CHANNELS));
        });
    add(
        cases,
        "a constant for each place",
        SEQUENCE,
        (nn, in, x) -> {
          float[] table = Init.normal(1).values(new long[] {3 * CHANNELS}, new SplittableRandom(7));
          return nn.add(x, nn.input(nn.constant(table, 1, 3, CHANNELS)));
        });
    add(
        cases,
        "a constant for each channel, of which there are as many as tokens",
        new long[] {CHANNELS, CHANNELS},
        (nn, in, x) -> {
          float[] row = Init.normal(1).values(new long[] {CHANNELS}, new SplittableRandom(8));
          return nn.multiply(x, nn.input(nn.constant(row, 1, 1, CHANNELS)));
        });
    for (Operation operation : Operation.values()) {
      add(
          cases,
          operation + " of numbers",
          SEQUENCE,
          (nn, in, x) -> {
            var b = nn.parameter("b", SOME, 3, 1);
            return nn.combine(operation, nn.output(x), b);
          });
    }
    add(
        cases,
        "selection",
        SEQUENCE,
        (nn, in, x) -> {
          var y = nn.output(x);
          var otherwise = nn.parameter("b", SOME, CHANNELS);
          return nn.select(in.floats("condition", 3, 1), nn.map(Function.SQUARE, y), otherwise);
        });
    for (Statistic statistic : Statistic.values()) {
      add(
          cases,
          statistic + " over an axis",
          SEQUENCE,
          (nn, in, x) -> nn.reduce(statistic, nn.output(x), 1));
      add(
          cases,
          statistic + " over two axes",
          SEQUENCE,
          (nn, in, x) -> nn.reduce(statistic, nn.output(x), 1, 2));
    }
    add(
        cases,
        "products of all rows",
        VECTOR,
        (nn, in, x) -> nn.sum(nn.map(Function.SQUARE, nn.product(nn.output(x), nn.output(x))), 1));
    add(
        cases,
        "quotients",
        VECTOR,
        (nn, in, x) -> {
          var y = nn.output(x);
          var divisor = nn.subtract(nn.constant(-0.5), nn.map(Function.SQUARE, y));
          return nn.divide(y, divisor);
        });
    add(cases, "tanh", VECTOR, (nn, in, x) -> nn.tanh(nn.output(x)));
    add(cases, "probabilities", VECTOR, (nn, in, x) -> nn.softmax(nn.output(x), 1));
    add(
        cases,
        "one of many",
        VECTOR,
        (nn, in, x) -> nn.multiply(nn.output(x), nn.oneHot(in.ints("id"), CHANNELS)));
    add(
        cases,
        "constants",
        VECTOR,
        (nn, in, x) -> {
          float[] values = {1, -2, 3, -4, 5, -6, 7, -8};
          return nn.multiply(nn.output(x), nn.constant(values, CHANNELS));
        });
    add(
        cases,
        "a value without gradient",
        VECTOR,
        (nn, in, x) -> nn.multiply(nn.output(x), nn.detached(nn.output(x))));
  }
}
