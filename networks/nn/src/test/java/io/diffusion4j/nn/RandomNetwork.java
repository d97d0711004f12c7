package io.diffusion4j.nn;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.nn.weights.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A network of layers of U-Nets and transformers that a seed determines: convolutions, norms plain
 * and adaptive, attention with masks, residuals and concatenations, over images or tokens of odd
 * sizes. Engines are compared with the oracle on many of them.
 */
public final class RandomNetwork implements NetworkDefinition {
  private static final int[] CHANNELS = {1, 2, 3, 4, 5, 6, 8, 12, 16, 17, 24, 32, 40, 48, 64, 80};
  private static final int MIN = 4;
  private static final int[] WIDE = {64, 96, 128, 192, 256, 320, 384, 512};
  private static final List<Function> CURVES =
      List.of(Function.SILU, Function.RELU, Function.GELU, Function.GELU_TANH, Function.QUICK_GELU);

  private final long seed;
  private final Kind kind;

  /** What networks are tried for. */
  public enum Kind {
    /** Up to ten layers with one or more outputs. */
    SMALL,
    /** One output, the sum of squares of each sample, to be differentiated. */
    LOSS,
    /** One block of the size of a published network. */
    BLOCK,
    /** Sums and products of values that are broadcast along any of the axes. */
    BROADCAST
  }

  /** Determines a network. */
  public RandomNetwork(long seed, Kind kind) {
    this.seed = seed;
    this.kind = kind;
  }

  @Override
  public String name() {
    return kind + " of seed " + seed;
  }

  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    var growing = new Growing(nn, inputs, new SplittableRandom(seed));
    return switch (kind) {
      case SMALL -> growing.outputs();
      case LOSS -> {
        var x = nn.output(growing.last());
        var flat = nn.reshape(x, -1, x.sampleSize());
        yield List.of(nn.mean(nn.map(Function.SQUARE, flat), 1));
      }
      case BLOCK -> List.of(nn.output(growing.block()));
      case BROADCAST -> List.of(nn.output(growing.broadcast()));
    };
  }

  /** Returns random weights that keep the size of activations. */
  public static TensorSource weights(Network network, long seed) {
    var random = new SplittableRandom(seed);
    var weights = new TensorMap();
    for (Parameter p : network.parameters().values()) {
      boolean isVector = p.shape().length < 2;
      double mean = isVector && p.key().endsWith("weight") ? 1 : 0;
      double deviation = isVector ? 0.3 : Math.sqrt((double) p.shape()[0] / p.size());
      float[] values = new float[p.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (mean + deviation * random.nextGaussian());
      }
      weights.put(p.key(), p.shape(), values);
    }
    return weights;
  }

  /** Returns a batch of one sample: normal values, and masks that show the first token. */
  public static Batch sample(Network network, SplittableRandom random) {
    var sample = new Batch(1);
    network
        .inputs()
        .forEach(
            (name, input) -> {
              float[] values = new float[Math.toIntExact(input.sampleSize())];
              for (int i = 0; i < values.length; i++) {
                values[i] =
                    isMask(name)
                        ? (i == 0 || random.nextInt(3) > 0 ? 1 : 0)
                        : (float) random.nextGaussian();
              }
              sample.floats(name, values);
            });
    return sample;
  }

  /** Returns one to nine samples; one of a block, whose definition takes long to compute. */
  public List<Batch> samples(Network network, SplittableRandom random) {
    return IntStream.range(0, kind == Kind.BLOCK ? 1 : 1 + random.nextInt(9))
        .mapToObj(i -> sample(network, random))
        .toList();
  }

  /** Returns whether an input holds ones and zeros. */
  public static boolean isMask(String input) {
    return input.startsWith("present");
  }

  /** Joins samples. */
  public static Batch batch(Network network, List<Batch> samples) {
    var batch = new Batch(samples.size());
    network
        .inputs()
        .forEach(
            (name, input) -> {
              int size = Math.toIntExact(input.sampleSize());
              float[] all = new float[size * samples.size()];
              for (int i = 0; i < samples.size(); i++) {
                System.arraycopy(samples.get(i).floats(name, size), 0, all, i * size, size);
              }
              batch.floats(name, all);
            });
    return batch;
  }

  /** The layers so far. */
  private static final class Growing {
    private final Nn nn;
    private final Inputs inputs;
    private final SplittableRandom random;
    private final List<Tensor> seen = new ArrayList<>();
    private final List<Tensor> outputs = new ArrayList<>();
    private int inputCount;

    Growing(Nn nn, Inputs inputs, SplittableRandom random) {
      this.nn = nn;
      this.inputs = inputs;
      this.random = random;
    }

    List<Tensor> outputs() {
      outputs.add(0, nn.output(last()));
      return outputs;
    }

    /** Adds all layers. */
    Tensor last() {
      int h = 1 + random.nextInt(13);
      int w = 1 + random.nextInt(13);
      boolean isImage = random.nextInt(3) > 0;
      Tensor x =
          isImage ? input("x", h, w, one(CHANNELS)) : input("x", (long) h * w, one(CHANNELS));
      seen.add(x);
      int depth = 2 + random.nextInt(9);
      for (int i = 0; i < depth; i++) {
        var at = nn.at("l", i);
        x = joined(at, x.rank() == 4 ? ofImage(at, x) : ofTokens(at, x));
        seen.add(x);
        if (random.nextInt(8) == 0) {
          outputs.add(nn.output(x));
        }
      }
      return x;
    }

    private Tensor input(String name, long... sample) {
      return nn.input(inputs.floats(name, sample));
    }

    private Tensor vector(Nn at) {
      return at.at("vector").linear(input("vector" + inputCount++, 7), 11);
    }

    private long one(int... values) {
      return values[random.nextInt(values.length)];
    }

    private int divisor(long of) {
      int[] all = IntStream.rangeClosed(1, (int) of).filter(i -> of % i == 0).toArray();
      return (int) one(all);
    }

    /** Returns a number of groups of enough values: the norm of equal ones is that of roundings. */
    private int groups(Tensor x) {
      int[] all =
          IntStream.rangeClosed(1, (int) x.last())
              .filter(i -> x.last() % i == 0 && x.last() / i >= MIN)
              .toArray();
      return (int) one(all);
    }

    private static boolean isNormal(Tensor x) {
      return x.last() >= MIN;
    }

    private Tensor ofImage(Nn at, Tensor x) {
      long h = x.size(1);
      long w = x.size(2);
      long c = x.last();
      boolean isEven = h % 2 == 0 && w % 2 == 0;
      return switch (random.nextInt(12)) {
        case 0 -> isEven ? at.averagePool(x) : x;
        case 1 -> h * w < 60 ? at.upsampleNearest(x) : x;
        case 2 -> h * w > 1 ? at.conv2d(x, one(CHANNELS), 3, 2, Init.FAN_IN) : x;
        case 3 -> isEven ? at.conv2d(x, one(CHANNELS), 3, 2, 0, Init.FAN_IN) : x;
        case 4 -> !isNormal(x) ? x : at.groupNorm(x, groups(x), 1e-5);
        case 5 -> !isNormal(x) ? x : at.groupNormSilu(x, groups(x), 1e-5);
        case 6 ->
            !isNormal(x)
                ? x
                : at.groupNormSilu(
                    x, groups(x), 1e-5, at.at("scaleShift").linear(vector(at), 2 * c));
        case 7 -> at.map(CURVES.get(random.nextInt(CURVES.size())), x);
        case 8 -> {
          var tokens = at.reshape(at.at("norm").groupNorm(x, divisor(c), 1e-5), -1, h * w, c);
          yield at.add(x, at.reshape(attended(at, tokens), -1, h, w, c));
        }
        case 9 -> random.nextInt(4) == 0 ? at.reshape(x, -1, h * w, c) : x;
        default -> at.conv2d(x, one(CHANNELS), (int) one(1, 3, 3, 5));
      };
    }

    private Tensor ofTokens(Nn at, Tensor x) {
      long tokens = x.size(1);
      long c = x.last();
      return switch (random.nextInt(9)) {
        case 0 -> isNormal(x) ? at.layerNorm(x, 1e-5) : x;
        case 1 -> {
          if (!isNormal(x)) {
            yield x;
          }
          var of = at.at("scaleShift").linear(vector(at), 2 * c);
          yield at.layerNorm(x, 1e-5, at.slice(of, c, c), at.slice(of, 0, c));
        }
        case 2 -> at.add(x, attended(at, isNormal(x) ? at.at("norm").layerNorm(x, 1e-5) : x));
        case 3 -> at.add(x, attendedOthers(at, x));
        case 4 -> at.map(CURVES.get(random.nextInt(CURVES.size())), at.at("up").linear(x, c));
        case 5 -> {
          long begin = random.nextInt((int) tokens);
          yield at.slice(x, 1, begin, 1 + random.nextInt((int) (tokens - begin)));
        }
        case 6 -> {
          long begin = random.nextInt((int) c);
          yield at.slice(x, begin, 1 + random.nextInt((int) (c - begin)));
        }
        default -> at.linear(x, one(CHANNELS));
      };
    }

    /** Attention of tokens to themselves, and its output layer. */
    private Tensor attended(Nn at, Tensor x) {
      long c = x.last();
      int heads = divisor(c);
      List<Tensor> masks = new ArrayList<>();
      if (random.nextInt(3) == 0) {
        float hidden = random.nextBoolean() ? -1e4f : Float.NEGATIVE_INFINITY;
        masks.add(at.causalMask((int) x.size(1), hidden));
      }
      List<Tensor> qkv =
          random.nextBoolean()
              ? List.of(at.at("q").linear(x, c), at.at("k").linear(x, c), at.at("v").linear(x, c))
              : at.unpack(at.at("qkv").linear(x, 3 * c), 3, random.nextBoolean() ? 1 : heads);
      var mixed = at.attention(qkv.get(0), qkv.get(1), qkv.get(2), heads, masks);
      return at.at("out").linear(mixed, c);
    }

    /** Attention to other tokens, some of which may be hidden, and perhaps to its own. */
    private Tensor attendedOthers(Nn at, Tensor x) {
      long c = x.last();
      int count = 1 + random.nextInt(9);
      var others = input("tokens" + inputCount++, count, 6);
      var k = at.at("k").linear(others, c);
      var v = at.at("v").linear(others, c);
      boolean alsoOwn = random.nextBoolean();
      if (alsoOwn) {
        k = at.concat(1, List.of(k, x));
        v = at.concat(1, List.of(v, x));
      }
      List<Tensor> masks = new ArrayList<>();
      if (random.nextBoolean()) {
        var present = inputs.floats("present" + inputCount++, count);
        masks.add(at.hide(present, random.nextBoolean() ? -1e4f : -1e9f, alsoOwn ? x.size(1) : 0));
      }
      return at.attention(x, k, v, divisor(c), masks);
    }

    /** Adds an earlier value, or concatenates it. */
    private Tensor joined(Nn at, Tensor x) {
      int rank = x.rank();
      var same = seen.stream().filter(t -> t.shape().equals(x.shape())).toList();
      var beside =
          seen.stream()
              .filter(t -> t.rank() == rank)
              .filter(t -> t.shape().subList(0, rank - 1).equals(x.shape().subList(0, rank - 1)))
              .toList();
      return switch (random.nextInt(9)) {
        case 0 -> same.isEmpty() ? x : at.add(x, any(same));
        case 1 -> same.isEmpty() ? x : at.add(any(same), x);
        case 2 ->
            rank == 4 && x.last() < 100 && !beside.isEmpty()
                ? at.concat(3, List.of(x, any(beside)))
                : rank == 3 && x.size(1) < 200 && !same.isEmpty()
                    ? at.concat(1, List.of(any(same), x))
                    : x;
        default -> x;
      };
    }

    /** Sums and products, each with curves before and after it or without. */
    Tensor broadcast() {
      long[] whole = new long[2 + random.nextInt(2)];
      Arrays.fill(whole, one(2, 3, 8));
      boolean isCube = random.nextInt(3) > 0;
      if (!isCube) {
        Arrays.setAll(whole, axis -> one(1, 2, 3, 4, 8));
      }
      long[] shape = part(whole);
      Tensor x = curved(summand(nn.at("first"), shape));
      int count = random.nextInt(4) > 0 ? 1 : 2;
      for (int i = 0; i < count; i++) {
        shape = isCube && random.nextBoolean() ? rotated(shape) : part(whole);
        var other = curved(summand(nn.at("summand", i), shape));
        var operation = random.nextInt(3) > 0 ? Operation.ADD : Operation.MULTIPLY;
        x = curved(nn.combine(operation, x, other));
        x = random.nextInt(4) > 0 ? x : nn.add(other, x);
      }
      return x.shape().get(0) == Tensor.BATCH ? x : nn.add(x, input("row", ones(whole.length)));
    }

    /** Returns some axes of a shape, and 1 for each of the others. */
    private long[] part(long[] whole) {
      return Arrays.stream(whole).map(size -> random.nextInt(3) > 0 ? size : 1).toArray();
    }

    /** Returns as many values along other axes. */
    private static long[] rotated(long[] shape) {
      long[] rotated = new long[shape.length];
      Arrays.setAll(rotated, axis -> shape[(axis + 1) % shape.length]);
      return rotated;
    }

    private static long[] ones(int rank) {
      long[] ones = new long[rank];
      Arrays.fill(ones, 1);
      return ones;
    }

    private Tensor curved(Tensor x) {
      return random.nextInt(3) > 0 ? x : nn.map(CURVES.get(random.nextInt(CURVES.size())), x);
    }

    private Tensor summand(Nn at, long[] own) {
      long size = Arrays.stream(own).reduce(1, Math::multiplyExact);
      String name = "x" + inputCount++;
      long channels = own[own.length - 1];
      long[] positions = own.clone();
      positions[own.length - 1] = one(1, 5, 8);
      return switch (random.nextInt(6)) {
        case 0 -> input(name, own);
        case 1 -> nn.input(at.parameter("learned", Init.normal(1), withRows(1, own)));
        case 2 -> at.reshape(at.linear(input(name, 7), size), withRows(-1, own));
        case 3 -> {
          var columns = at.linear(input(name, size, 5), 1);
          yield at.reshape(columns, withRows(-1, own));
        }
        case 4 ->
            own.length == 3
                ? at.conv2d(input(name, positions), channels, (int) one(1, 3))
                : at.linear(input(name, positions), channels);
        default -> {
          var inner = nn.gelu(at.at("inner").linear(input(name, positions), 16));
          yield at.linear(inner, channels);
        }
      };
    }

    private static long[] withRows(long rows, long[] sample) {
      long[] shape = new long[1 + sample.length];
      shape[0] = rows;
      System.arraycopy(sample, 0, shape, 1, sample.length);
      return shape;
    }

    private Tensor any(List<Tensor> tensors) {
      return tensors.get(random.nextInt(tensors.size()));
    }

    /** One block of the size of a published network. */
    Tensor block() {
      long c = one(WIDE);
      long side = one(7, 8, 12, 14, 16, 24);
      long length = Math.min(one(1, 4, 49, 77, 81, 197, 256, 257), 100_000 / c);
      return switch (random.nextInt(5)) {
        case 0 -> nn.conv2d(input("x", side, side, c), one(WIDE), 3);
        case 1 -> {
          var x = input("x", side, side, 32 * (c / 32));
          yield nn.at("skip")
              .add(x, nn.conv2d(nn.at("norm").groupNormSilu(x, 32, 1e-5), x.last(), 3));
        }
        case 2 -> {
          var x = nn.at("down").conv2d(input("x", side, side, c), one(WIDE), 3, 2, Init.FAN_IN);
          yield nn.at("out").conv2d(x, 3, 1);
        }
        case 3 -> {
          var up = nn.gelu(nn.at("up").linear(input("x", length, c), 4 * c));
          yield nn.at("down").linear(up, c);
        }
        default -> {
          var x = input("x", length, c);
          yield nn.add(x, attended(nn, nn.at("norm").layerNorm(x, 1e-5)));
        }
      };
    }
  }
}
