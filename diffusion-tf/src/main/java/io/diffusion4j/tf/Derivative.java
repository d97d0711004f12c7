package io.diffusion4j.tf;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * Gradients that are faster than those of TensorFlow's automatic differentiation.
 *
 * <p>TensorFlow looks a gradient up by the type of an operation. So a value with a custom gradient
 * passes through an {@code IdentityN}, which has no gradient of its own, together with all operands
 * of its gradient. The name of that operation selects the gradient. Python's {@code
 * tf.custom_gradient} works in this way.
 *
 * <p>While TensorFlow adds gradients it holds the lock of the graph: a gradient here may build
 * operations, but querying the shape of an operation would deadlock.
 */
enum Derivative {
  /** y = t·σ(t). Values: y, σ(t). Source: t. One product less than with the product rule. */
  SILU {
    @Override
    List<Operand<?>> ofSources(Ops tf, List<Output<?>> in, List<Output<?>> dy) {
      Operand<TFloat32> sigmoid = as(in.get(1));
      Operand<TFloat32> t = as(in.get(2));
      var slope = tf.math.add(sigmoid, tf.math.sigmoidGrad(sigmoid, t));
      return List.of(tf.math.mul(Derivative.<TFloat32>as(dy.get(0)), slope));
    }
  },

  /**
   * The mean and variance of x over the pixels. Values: both as {@code [B, 1, 1, C]}, and one over
   * the number of pixels. Source: x. Two passes over x, where TensorFlow's gradients need six.
   */
  MOMENTS {
    @Override
    List<Operand<?>> ofSources(Ops tf, List<Output<?>> in, List<Output<?>> dy) {
      Operand<TFloat32> mean = as(in.get(0));
      Operand<TFloat32> perPixel = as(in.get(2));
      Operand<TFloat32> x = as(in.get(3));
      var offset = tf.math.mul(Derivative.<TFloat32>as(dy.get(0)), perPixel);
      var twice = tf.math.mul(perPixel, tf.constant(2f));
      var slope = tf.math.mul(Derivative.<TFloat32>as(dy.get(1)), twice);
      var constant = tf.math.sub(offset, tf.math.mul(mean, slope));
      return List.of(tf.math.add(tf.math.mul(x, slope), constant));
    }
  },

  /** a·b, batched. Value: the product. Sources: a, b. Uses the operation that oneDNN implements. */
  PRODUCT {
    @Override
    List<Operand<?>> ofSources(Ops tf, List<Output<?>> in, List<Output<?>> dy) {
      Operand<TFloating> d = as(dy.get(0));
      Operand<TFloating> a = as(in.get(1));
      Operand<TFloating> b = as(in.get(2));
      return List.of(product(tf, d, false, b, true), product(tf, a, true, d, false));
    }
  },

  /**
   * a·bᵀ, batched. Value: the product. Sources: a, b. Uses the operation that oneDNN implements.
   */
  TRANSPOSED_PRODUCT {
    @Override
    List<Operand<?>> ofSources(Ops tf, List<Output<?>> in, List<Output<?>> dy) {
      Operand<TFloating> d = as(dy.get(0));
      Operand<TFloating> a = as(in.get(1));
      Operand<TFloating> b = as(in.get(2));
      return List.of(product(tf, d, false, b, false), product(tf, d, true, a, false));
    }
  };

  private static final String CARRIER = "IdentityN";

  static {
    if (!TensorFlow.registerCustomGradient(CARRIER, Derivative::gradient)) {
      throw new IllegalStateException(
          CARRIER + ": has a gradient already (expected: none before this library's)");
    }
  }

  /**
   * Returns the gradients of the sources.
   *
   * @param in the values, then the sources
   * @param dy the gradients of the values
   */
  abstract List<Operand<?>> ofSources(Ops tf, List<Output<?>> in, List<Output<?>> dy);

  /** Returns the values, with only this derivative with respect to the sources. */
  List<Output<?>> of(Ops tf, List<Operand<?>> values, List<Operand<?>> sources) {
    List<Operand<?>> all = new ArrayList<>();
    values.forEach(value -> all.add(tf.stopGradient(value)));
    all.addAll(sources);
    return tf.withName(name()).identityN(all).output().subList(0, values.size());
  }

  private static List<Operand<?>> gradient(Ops tf, GraphOperation op, List<Output<?>> dy) {
    List<Output<?>> in = new ArrayList<>();
    for (int i = 0; i < op.numInputs(); i++) {
      in.add(op.input(i));
    }
    var sources = named(op.name()).ofSources(tf, in, dy);
    // The values' own gradients are stopped before them.
    List<Operand<?>> all = new ArrayList<>(dy.subList(0, in.size() - sources.size()));
    all.addAll(sources);
    return all;
  }

  /** Returns the derivative of an operation's name, which may have a numeric suffix. */
  private static Derivative named(String operation) {
    return valueOf(operation.replaceFirst("(_\\d+)+$", ""));
  }

  /** Computes a·b over the last two axes, each optionally transposed. */
  static Operand<TFloating> product(
      Ops tf, Operand<TFloating> a, boolean transposeA, Operand<TFloating> b, boolean transposeB) {
    var scope = tf.scope();
    // tf.train.batchMatMul and TensorFlow's gradients use BatchMatMulV3, which oneDNN does not
    // implement.
    var op = scope.env().opBuilder("BatchMatMulV2", scope.makeOpName("BatchMatMulV2"), scope);
    op.addInput(a.asOutput());
    op.addInput(b.asOutput());
    op.setAttr("adj_x", transposeA);
    op.setAttr("adj_y", transposeB);
    return as(op.build().output(0));
  }

  @SuppressWarnings("unchecked") // T is a phantom type of Output<T>
  static <T extends TType> Operand<T> as(Output<?> output) {
    return (Operand<T>) output;
  }
}
