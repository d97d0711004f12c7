package io.diffusion4j.nn.engine;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.continuous.FlowLikelihood.Answer;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A denoising network that also returns the derivative of its prediction along given vectors, for
 * the {@linkplain io.diffusion4j.diffusion.continuous.FlowLikelihood likelihood}. It has the inputs
 * of a {@link NetworkDenoiser}.
 *
 * <p>Thread-safe; holds native memory until it is closed.
 *
 * @param <C> the type of the conditions
 */
public final class ProbedDenoiser<C> implements AutoCloseable {
  private final CompiledNetwork network;
  private final NetworkDenoiser.Times times;
  private final NetworkDenoiser.Conditions<C> conditions;

  /**
   * Compiles a network with its gradient with respect to x.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not those of the
   *     network
   * @throws IllegalStateException if no engine can differentiate it
   */
  public ProbedDenoiser(
      NetworkDefinition definition,
      TensorSource weights,
      Compute compute,
      NetworkDenoiser.Times times,
      NetworkDenoiser.Conditions<C> conditions) {
    this.network =
        CompiledNetwork.withGradient(
            new ProbedNetwork(definition), NetworkDenoiser.SAMPLE, weights, compute);
    this.times = times;
    this.conditions = conditions;
  }

  /**
   * Returns the predictions, and eᵀ(∂f/∂x)e of each.
   *
   * @param queries the queries, at least one
   * @param probes an e for each, of the size of the sample
   */
  public List<Answer> probe(List<Query<C>> queries, List<float[]> probes) {
    Check.length("probes", probes.size(), queries.size());
    Batch batch = NetworkDenoiser.batch(queries, times, conditions);
    batch.floats(ProbedNetwork.PROBE, Rows.stack(probes));
    List<float[]> outputs = network.run(batch);
    int rows = queries.size();
    List<float[]> predictions = Rows.unstack(outputs.get(1), rows);
    List<float[]> gradients = Rows.unstack(outputs.get(outputs.size() - 1), rows);
    List<Answer> answers = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      answers.add(
          new Answer(
              predictions.get(row),
              times.scale(queries.get(row).t())
                  * Vectors.dot(gradients.get(row), probes.get(row))));
    }
    return answers;
  }

  @Override
  public void close() {
    network.close();
  }

  /**
   * A network with an additional input e. Its first output is the product of e and the prediction
   * f, whose gradient with respect to x is eᵀ∂f/∂x.
   *
   * @param network has its prediction as its first output, in the shape of the sample
   */
  private record ProbedNetwork(NetworkDefinition network) implements NetworkDefinition {
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
}
