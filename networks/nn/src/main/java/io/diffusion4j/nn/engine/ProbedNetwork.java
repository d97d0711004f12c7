package io.diffusion4j.nn.engine;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A network with an additional input e. Its first output is the product of e and the prediction f,
 * whose gradient with respect to x is eᵀ∂f/∂x.
 *
 * @param network has its prediction as its first output, in the shape of the sample
 */
record ProbedNetwork(NetworkDefinition network) implements NetworkDefinition {
  /** Input: e, in the shape of the sample. */
  static final String PROBE = "probe";

  /** Defines the network. Outputs: eᵀf, and those of the network. */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    List<Tensor> outputs = network.define(nn, inputs);
    Tensor prediction = outputs.get(0);
    long[] shape = prediction.sample().stream().mapToLong(Long::longValue).toArray();
    long size = 1;
    for (long side : shape) {
      size *= side;
    }
    Tensor products = nn.multiply(prediction, inputs.floats(PROBE, shape));
    Tensor mean = nn.mean(products, IntStream.range(1, prediction.rank()).toArray());
    List<Tensor> all = new ArrayList<>();
    all.add(nn.multiply(mean, nn.constant((double) size)));
    all.addAll(outputs);
    return all;
  }
}
