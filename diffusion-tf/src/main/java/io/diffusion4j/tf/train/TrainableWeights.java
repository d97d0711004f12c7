package io.diffusion4j.tf.train;

import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.nn.Parameter;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.nn.Weights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Float32 variables, cast where a layer computes in less. */
final class TrainableWeights implements Weights {
  /**
   * A parameter and its variable.
   *
   * @param read the one read that the network is built on; operations on the variable itself would
   *     crash in the gradient, since its type is a reference
   */
  record Slot(Parameter parameter, Variable<TFloat32> variable, Operand<TFloat32> read) {
    Shape shape() {
      return Shape.of(parameter.layout().graphShape(parameter.shape()));
    }
  }

  private final Set<String> keys = new HashSet<>();
  private final List<Slot> slots = new ArrayList<>();

  @Override
  public Operand<TFloating> get(Ops tf, Parameter parameter, Precision precision) {
    if (!keys.add(parameter.key())) {
      throw new IllegalStateException("parameter asked for twice: " + parameter.key());
    }
    var shape = Shape.of(parameter.layout().graphShape(parameter.shape()));
    var variable = tf.withName(parameter.key()).variable(shape, TFloat32.class);
    var read = tf.identity(variable);
    slots.add(new Slot(parameter, variable, read));
    return Nn.cast(tf, read, precision);
  }

  List<Slot> slots() {
    return slots;
  }
}
