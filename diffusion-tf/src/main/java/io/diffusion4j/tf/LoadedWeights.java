package io.diffusion4j.tf;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Layout;
import io.diffusion4j.nn.weights.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * Weights from a checkpoint: frozen into the graph as constants, so that oneDNN can keep them
 * packed; or, if they are too large for a graph, native tensors that are fed to every run. A
 * variable would be a second copy. The weights must fit the network, see {@link
 * io.diffusion4j.nn.Network#requireFits}.
 */
public final class LoadedWeights implements Weights {
  /**
   * A hundred million parameters. A graph is serialised when its session opens, and copied several
   * times when it first runs: with a quarter more, in bfloat16, that took 20 s of CPU time and 5
   * GB; and protobuf rejects messages of 2 GB.
   */
  private static final long FREEZE_BELOW = 450_000_000L;

  /**
   * A table of this share of the limit is fed too, since packing does not speed up the reading of
   * rows: 64 MB.
   */
  private static final long SHARE_OF_TABLES = 7;

  /** A fed parameter. */
  private record Fed(Parameter parameter, Precision precision, Operand<TFloating> placeholder) {}

  private final TensorSource source;
  private final long bytes;
  private final long freezeBelow;
  private final boolean frozen;
  private final List<Fed> fed = new ArrayList<>();
  private final Map<Known, Operand<TFloating>> known = new HashMap<>();

  /** A parameter of the graph, which several networks in it may read. */
  private record Known(String key, Precision precision) {}

  private LoadedWeights(TensorSource source, long bytes, long freezeBelow) {
    this.source = source;
    this.bytes = bytes;
    this.freezeBelow = freezeBelow;
    this.frozen = bytes < freezeBelow;
  }

  /** Freezes the weights if they are small enough, otherwise feeds them. */
  public static LoadedWeights from(TensorSource source) {
    return from(source, FREEZE_BELOW);
  }

  /** Freezes the weights if they need fewer bytes in float32 than this, otherwise feeds them. */
  static LoadedWeights from(TensorSource source, long freezeBelow) {
    long bytes = 0;
    for (String name : source.names()) {
      bytes += Float.BYTES * Arrays.stream(source.shape(name)).reduce(1, Math::multiplyExact);
    }
    return new LoadedWeights(source, bytes, freezeBelow);
  }

  /** Returns the bytes of all weights in float32. */
  public long bytes() {
    return bytes;
  }

  @Override
  public Operand<TFloating> get(Ops tf, Parameter parameter, Precision precision) {
    return known.computeIfAbsent(
        new Known(parameter.key(), precision), absent -> add(tf, parameter, precision));
  }

  private Operand<TFloating> add(Ops tf, Parameter parameter, Precision precision) {
    String key = parameter.key();
    if (frozen && !isLargeTable(parameter)) {
      try (TType value = read(parameter, precision)) {
        return Casts.asFloating(tf.withName(key).constantOf((TFloating) value));
      }
    }
    long[] shape = parameter.layout().graphShape(parameter.shape());
    var placeholder =
        tf.withName(key).placeholder(Casts.type(precision), Placeholder.shape(Shape.of(shape)));
    fed.add(new Fed(parameter, precision, placeholder));
    return placeholder;
  }

  private boolean isLargeTable(Parameter parameter) {
    return parameter.layout() == Layout.SAME
        && (long) Float.BYTES * parameter.size() >= freezeBelow / SHARE_OF_TABLES;
  }

  private TType read(Parameter parameter, Precision precision) {
    return NativeParameter.of(source.reader(parameter.key()), parameter, precision);
  }

  /** Reads the fed weights when the network is built, on all processors. */
  public FedWeights load() {
    Queue<TType> owned = new ConcurrentLinkedQueue<>();
    try {
      List<TType> values =
          fed.parallelStream()
              .map(
                  each -> {
                    TType value = read(each.parameter, each.precision);
                    owned.add(value);
                    return value;
                  })
              .toList();
      return new FedWeights(fed.stream().map(Fed::placeholder).toList(), values);
    } catch (RuntimeException | Error e) {
      owned.forEach(TType::close);
      throw e;
    }
  }
}
