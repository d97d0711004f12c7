package io.diffusion4j.tf;

import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Parameter;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Float32 variables, with a cast where a layer computes in a lower precision. */
final class TrainableWeights implements Weights {
  /**
   * A parameter and its variable.
   *
   * @param read the single read operation that the network uses; operations on the variable itself
   *     would crash in the gradient, since its type is a reference
   */
  record Slot(Parameter parameter, Variable<TFloat32> variable, Operand<TFloat32> read) {
    Shape shape() {
      return Shape.of(parameter.layout().graphShape(parameter.shape()));
    }
  }

  private final Map<String, Slot> slots = new HashMap<>();

  @Override
  public Operand<TFloating> get(Ops tf, Parameter parameter, Precision precision) {
    var shape = Shape.of(parameter.layout().graphShape(parameter.shape()));
    var variable = tf.withName(parameter.key()).variable(shape, TFloat32.class);
    var read = tf.identity(variable);
    slots.put(parameter.key(), new Slot(parameter, variable, read));
    return Casts.to(tf, read, precision);
  }

  /** Returns the slot of a parameter of the network. */
  Slot slot(String key) {
    return Objects.requireNonNull(slots.get(key), key);
  }
}
