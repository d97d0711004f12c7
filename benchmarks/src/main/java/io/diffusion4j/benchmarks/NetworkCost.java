package io.diffusion4j.benchmarks;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.Network;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.nn.Precision;
import java.util.Iterator;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operation;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * What one sample costs a network, counted in its graph. A multiplication and an addition are two
 * operations. What is linear in the activations alone (normalisations, activations, softmax) is not
 * counted, as is customary.
 *
 * @param flops floating-point operations of convolutions and dense layers: what speeds are quoted
 *     in, here and for other engines
 * @param attentionFlops those of attention's two products, which come on top
 * @param parameters trained values
 * @param operations nodes of the graph
 */
public record NetworkCost(long flops, long attentionFlops, long parameters, int operations) {
  /** Counts in a graph for one sample. */
  public static NetworkCost of(Network network) {
    long[] parameters = {0};
    try (var graph = new Graph()) {
      var nn =
          Nn.of(
              graph,
              (tf, parameter, precision) -> {
                parameters[0] += parameter.size();
                var shape = Shape.of(parameter.layout().graphShape(parameter.shape()));
                var value = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
                return Nn.cast(tf, value, precision);
              },
              Precision.FLOAT32);
      network.build(nn, Inputs.ofBatch(Ops.create(graph), 1));
      long flops = 0;
      long attention = 0;
      int operations = 0;
      for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
        var op = all.next();
        switch (op.type()) {
          case "Conv2D" -> flops += 2 * size(op) * product(shape(op, 1), 3); // HWIO without O
          case "MatMul" -> flops += 2 * size(op) * shape(op, 1)[0];
          case "BatchMatMulV2" -> attention += 2 * size(op) * last(shape(op, 0)); // a is [.., M, K]
          default -> {}
        }
        operations++;
      }
      return new NetworkCost(flops, attention, parameters[0], operations);
    }
  }

  private static long product(long[] shape, int axes) {
    long product = 1;
    for (int i = 0; i < axes; i++) {
      product *= shape[i];
    }
    return product;
  }

  private static long last(long[] shape) {
    return shape[shape.length - 1];
  }

  private static long[] shape(GraphOperation op, int input) {
    return op.input(input).shape().asArray();
  }

  private static long size(Operation op) {
    long size = op.output(0).shape().size();
    if (size == Shape.UNKNOWN_SIZE) {
      throw new IllegalStateException(
          op.name() + ": " + op.output(0).shape() + " (expected: a shape that is known)");
    }
    return size;
  }
}
