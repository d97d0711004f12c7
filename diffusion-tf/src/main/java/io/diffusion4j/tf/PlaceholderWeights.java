package io.diffusion4j.tf;

import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.nn.Parameter;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.nn.Weights;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Weights of a graph that is built to be looked at and never run: what is asked for, by key. */
final class PlaceholderWeights implements Weights {
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();

  @Override
  public Operand<TFloating> get(Ops tf, Parameter parameter, Precision precision) {
    if (parameters.put(parameter.key(), parameter) != null) {
      throw new IllegalStateException("parameter asked for twice: " + parameter.key());
    }
    var shape = parameter.layout().graphShape(parameter.shape());
    var value = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
    return Nn.cast(tf, value, precision);
  }

  Map<String, Parameter> parameters() {
    return parameters;
  }
}
