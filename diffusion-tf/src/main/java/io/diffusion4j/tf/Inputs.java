package io.diffusion4j.tf;

import io.diffusion4j.tf.nn.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * The inputs a network declares as it is built, and the feeding of a {@link Batch} to them.
 *
 * <p>The batch axis comes first and is normally unknown when the graph is built, so that one graph
 * serves every batch size.
 */
public final class Inputs {
  record Input(Operand<?> placeholder, long[] sample, boolean integers) {}

  private final Ops tf;
  private final long batch;
  private final Map<String, Input> inputs = new LinkedHashMap<>();

  private Inputs(Ops tf, long batch) {
    this.tf = tf;
    this.batch = batch;
  }

  /** No inputs yet, in this graph. */
  public static Inputs of(Ops tf) {
    return new Inputs(tf, Shape.UNKNOWN_SIZE);
  }

  /**
   * No inputs yet, in a graph for batches of this size alone, in which every shape is known: a
   * graph to be examined.
   */
  public static Inputs ofBatch(Ops tf, long batch) {
    return new Inputs(tf, batch);
  }

  /** Declares {@code [B, sample...]} numbers. */
  public Operand<TFloat32> floats(String name, long... sample) {
    return declare(name, TFloat32.class, sample);
  }

  /** Declares {@code [B, sample...]} integers. */
  public Operand<TInt32> ints(String name, long... sample) {
    return declare(name, TInt32.class, sample);
  }

  private <T extends TType> Operand<T> declare(String name, Class<T> type, long[] sample) {
    long[] shape = new long[sample.length + 1];
    shape[0] = batch;
    System.arraycopy(sample, 0, shape, 1, sample.length);
    var placeholder = tf.placeholder(type, Placeholder.shape(Shape.of(shape)));
    if (inputs.put(name, new Input(placeholder, sample.clone(), type == TInt32.class)) != null) {
      throw new IllegalStateException("input declared twice: " + name);
    }
    return placeholder;
  }

  /**
   * Feeds a batch; the native copies are added to {@code owned} and closed by the caller.
   *
   * @throws IllegalArgumentException if the batch does not have exactly the declared inputs
   */
  public void feed(Session.Runner runner, Batch batch, List<TType> owned) {
    batch.requireOnly(inputs.keySet());
    inputs.forEach(
        (name, input) -> {
          TType tensor = tensor(name, input, batch);
          owned.add(tensor);
          runner.feed(input.placeholder, tensor);
        });
  }

  private static TType tensor(String name, Input input, Batch batch) {
    long[] shape = new long[input.sample.length + 1];
    shape[0] = batch.rows();
    System.arraycopy(input.sample, 0, shape, 1, input.sample.length);
    return input.integers
        ? Tensors.of(batch.ints(name, input.sample), shape)
        : Tensors.of(batch.floats(name, input.sample), shape);
  }

  /** What is declared so far, by name. */
  Map<String, Input> declared() {
    return inputs;
  }

  /** The names declared so far. */
  public List<String> names() {
    return new ArrayList<>(inputs.keySet());
  }
}
