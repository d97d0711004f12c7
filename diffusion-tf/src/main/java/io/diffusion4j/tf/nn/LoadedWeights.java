package io.diffusion4j.tf.nn;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
 * Weights from a checkpoint: frozen into the graph as constants, which lets oneDNN keep them
 * packed, or, where they are too large for a graph, native tensors that are fed to every run. A
 * variable would hold a copy of what fills it.
 *
 * <p>Loading is strict and complete: what is missing, unused or of the wrong shape is gathered
 * while the network is built and reported at once by {@link #verifyComplete}.
 */
public final class LoadedWeights implements Weights {
  /**
   * A hundred million parameters. A graph is serialised when its session opens, and copied several
   * times when it first runs: with a quarter more in it, in bfloat16, that took 20 s of processor
   * time and 5 GB; and protobuf refuses messages of 2 GB.
   */
  private static final long FREEZE_BELOW = 450_000_000L;

  /** A parameter that is fed. */
  private record Fed(Parameter parameter, Precision precision, Operand<TFloating> placeholder) {}

  private final NamedTensors source;
  private final long bytes;
  private final boolean frozen;
  private final Map<String, Parameter> asked = new LinkedHashMap<>();
  private final List<Fed> fed = new ArrayList<>();

  private LoadedWeights(NamedTensors source, long bytes, long freezeBelow) {
    this.source = source;
    this.bytes = bytes;
    this.frozen = bytes < freezeBelow;
  }

  /** Frozen if they are small enough, else fed. */
  public static LoadedWeights from(NamedTensors source) {
    return from(source, FREEZE_BELOW);
  }

  /** Frozen if they take fewer bytes in float32 than this, else fed. */
  static LoadedWeights from(NamedTensors source, long freezeBelow) {
    long bytes = 0;
    for (String name : source.names()) {
      bytes += Float.BYTES * Arrays.stream(source.shape(name)).reduce(1, Math::multiplyExact);
    }
    return new LoadedWeights(source, bytes, freezeBelow);
  }

  /** How many bytes all of them take in float32. */
  public long bytes() {
    return bytes;
  }

  @Override
  public Operand<TFloating> get(Ops tf, Parameter parameter, Precision precision) {
    String key = parameter.key();
    if (asked.put(key, parameter) != null) {
      throw new IllegalStateException("parameter asked for twice: " + key);
    }
    long[] shape = parameter.layout().graphShape(parameter.shape());
    boolean fits =
        source.names().contains(key) && Arrays.equals(source.shape(key), parameter.shape());
    if (!fits) {
      return zeros(tf, shape, precision); // told by verifyComplete, with all others
    }
    if (frozen) {
      try (TType value = read(parameter, precision)) {
        return Nn.asFloating(tf.withName(key).constantOf((TFloating) value));
      }
    }
    var placeholder =
        tf.withName(key).placeholder(precision.type(), Placeholder.shape(Shape.of(shape)));
    fed.add(new Fed(parameter, precision, placeholder));
    return placeholder;
  }

  private static Operand<TFloating> zeros(Ops tf, long[] shape, Precision precision) {
    return tf.zeros(tf.constant(shape), precision.type());
  }

  private TType read(Parameter parameter, Precision precision) {
    return NativeParameter.of(source.reader(parameter.key()), parameter, precision);
  }

  /**
   * To be called when the network is built.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if anything is missing, unused or of the
   *     wrong shape
   */
  public void verifyComplete() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    asked.forEach((key, parameter) -> shapes.put(key, parameter.shape()));
    Differences.between(shapes, source.names(), source::shape)
        .requireNone(Path.of(source.origin()));
  }

  /** Reads what is not frozen, when the network is built; the processors share in it. */
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
