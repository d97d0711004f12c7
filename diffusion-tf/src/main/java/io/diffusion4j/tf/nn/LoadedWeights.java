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
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * Weights from a checkpoint: frozen into the graph as constants, which lets oneDNN keep them
 * packed, or, where they would burst protobuf's 2 GB, as variables filled once.
 *
 * <p>Loading is strict and complete: what is missing, unused or of the wrong shape is gathered
 * while the network is built and reported at once by {@link #verifyComplete}.
 */
public final class LoadedWeights implements Weights {
  /** Graphs are serialised when a session opens; protobuf refuses messages of 2 GB. */
  private static final long FREEZE_BELOW = 1_500_000_000L;

  /** What is filled at a time. */
  private static final long FILL_BYTES = 500_000_000L;

  private record Fill(
      Parameter parameter,
      Precision precision,
      Placeholder<TFloating> value,
      Assign<TFloating> assign) {
    long bytes() {
      int each = precision == Precision.FLOAT32 ? Float.BYTES : Short.BYTES;
      return (long) parameter.size() * each;
    }
  }

  private final NamedTensors source;
  private final boolean frozen;
  private final Map<String, Parameter> asked = new LinkedHashMap<>();
  private final List<Fill> fills = new ArrayList<>();

  private LoadedWeights(NamedTensors source, boolean frozen) {
    this.source = source;
    this.frozen = frozen;
  }

  /** Frozen if they are small enough, else variables. */
  public static LoadedWeights from(NamedTensors source) {
    return from(source, FREEZE_BELOW);
  }

  /** Frozen if they take fewer bytes in float32 than this, else variables. */
  static LoadedWeights from(NamedTensors source, long freezeBelow) {
    long bytes = 0;
    for (String name : source.names()) {
      bytes += Float.BYTES * Arrays.stream(source.shape(name)).reduce(1, Math::multiplyExact);
    }
    return new LoadedWeights(source, bytes < freezeBelow);
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
    var variable = tf.withName(key).variable(Shape.of(shape), precision.type());
    var value = tf.placeholder(precision.type(), Placeholder.shape(Shape.of(shape)));
    fills.add(new Fill(parameter, precision, value, tf.assign(variable, value)));
    return tf.identity(variable);
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
   * @throws io.diffusion4j.tf.checkpoint.CheckpointException if anything is missing, unused or of
   *     the wrong shape
   */
  public void verifyComplete() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    asked.forEach((key, parameter) -> shapes.put(key, parameter.shape()));
    Differences.between(shapes, source.names(), source::shape)
        .requireNone(Path.of(source.origin()));
  }

  /**
   * Fills the variables, as many at a time as may be in memory twice: TensorFlow optimises the
   * graph anew for every set of operations it is asked for, so one at a time would take minutes.
   * The processors share in reading them.
   */
  public void fill(Session session) {
    int next = 0;
    while (next < fills.size()) {
      int end = next;
      long bytes = 0;
      while (end < fills.size() && bytes < FILL_BYTES) {
        bytes += fills.get(end++).bytes();
      }
      fill(session, fills.subList(next, end));
      next = end;
    }
  }

  private void fill(Session session, List<Fill> some) {
    Queue<TType> owned = new ConcurrentLinkedQueue<>();
    try {
      List<TType> values =
          some.parallelStream()
              .map(
                  fill -> {
                    TType value = read(fill.parameter, fill.precision);
                    owned.add(value);
                    return value;
                  })
              .toList();
      var runner = session.runner();
      for (int i = 0; i < values.size(); i++) {
        runner.feed(some.get(i).value, values.get(i)).addTarget(some.get(i).assign);
      }
      runner.run().close();
    } finally {
      owned.forEach(TType::close);
    }
  }
}
