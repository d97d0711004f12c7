package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.Casts;
import io.diffusion4j.tf.NetworkGraph;
import io.diffusion4j.tf.Purpose;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * The cost of one sample, counted in a network's graph. A multiplication and an addition are two
 * operations. Layers whose cost is linear in the activations (normalisations, activation functions,
 * softmax) are not counted as floating-point operations, as is customary; their cost is in the
 * bytes.
 *
 * @param flops floating-point operations of convolutions and dense layers: the unit of quoted
 *     speeds, here and for other engines
 * @param attentionFlops floating-point operations of attention's two products, in addition
 * @param bytes bytes that the operations read and write for a sample if none are fused, without
 *     weights
 * @param parameters trained values
 * @param operations nodes of the graph
 */
public record NetworkCost(
    long flops, long attentionFlops, long bytes, long parameters, int operations) {
  /** Operations that pass on their input without reading it. */
  private static final Set<String> VIEWS = Set.of("Reshape", "Identity");

  /** Counts the operations of a graph for one sample, with activations in float32. */
  public static NetworkCost of(NetworkDefinition network) {
    return of(network, Precision.FLOAT32);
  }

  /** Counts in a graph for one sample. */
  public static NetworkCost of(NetworkDefinition network, Precision precision) {
    long[] parameters = {0};
    try (var graph = new Graph()) {
      Set<String> fixed = new HashSet<>(); // names of operations that do not depend on the sample
      NetworkGraph.build(
          graph,
          Network.of(network),
          (tf, parameter, as) -> {
            parameters[0] += parameter.size();
            var shape = Shape.of(parameter.layout().graphShape(parameter.shape()));
            var value = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
            fixed.add(value.op().name());
            return Casts.to(tf, value, as);
          },
          precision,
          Purpose.INFERENCE,
          1);
      long flops = 0;
      long attention = 0;
      long bytes = 0;
      int operations = 0;
      for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) { // inputs first
        var op = all.next();
        switch (op.type()) {
          case "Conv2D" -> flops += 2 * size(op) * product(shape(op, 1), 3); // HWIO without O
          case "MatMul" -> flops += 2 * size(op) * shape(op, 1)[0];
          case "BatchMatMulV2" -> attention += 2 * size(op) * last(shape(op, 0)); // a is [.., M, K]
          default -> {}
        }
        operations++;
        if (isFixed(op, fixed)) {
          fixed.add(op.name());
        } else if (!VIEWS.contains(op.type()) && op.numInputs() > 0) {
          bytes += bytes(op, fixed);
        }
      }
      return new NetworkCost(flops, attention, bytes, parameters[0], operations);
    }
  }

  private static boolean isFixed(GraphOperation op, Set<String> fixed) {
    if (fixed.contains(op.name()) || op.type().equals("Const")) {
      return true;
    }
    return op.numInputs() > 0 && inputs(op).allMatch(input -> fixed.contains(input.op().name()));
  }

  /** Returns the bytes of a sample that an operation reads and writes. */
  private static long bytes(GraphOperation op, Set<String> fixed) {
    long read =
        inputs(op)
            .filter(input -> !fixed.contains(input.op().name()))
            .mapToLong(NetworkCost::bytes)
            .sum();
    long written = IntStream.range(0, op.numOutputs()).mapToLong(i -> bytes(op.output(i))).sum();
    return read + written;
  }

  private static Stream<Output<?>> inputs(GraphOperation op) {
    return IntStream.range(0, op.numInputs()).mapToObj(op::input);
  }

  private static long bytes(Output<?> value) {
    int each =
        switch (value.dataType()) {
          case DT_BFLOAT16 -> 2;
          case DT_FLOAT, DT_INT32 -> 4;
          case DT_INT64 -> 8;
          case DT_BOOL -> 1;
          default ->
              throw new IllegalStateException(
                  value + " (expected: bfloat16, float32, integers or booleans)");
        };
    return each * size(value);
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

  private static long size(GraphOperation op) {
    return size(op.output(0));
  }

  private static long size(Output<?> value) {
    long size = value.shape().size();
    if (size == Shape.UNKNOWN_SIZE) {
      throw new IllegalStateException(
          value.op().name() + ": " + value.shape() + " (expected: a shape that is known)");
    }
    return size;
  }
}
