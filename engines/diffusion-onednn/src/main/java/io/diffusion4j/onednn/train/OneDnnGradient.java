package io.diffusion4j.onednn.train;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.core.WorkerPool;
import io.diffusion4j.onednn.tape.SharedTapes;
import io.diffusion4j.onednn.tape.TapeKernels;
import io.diffusion4j.onednn.tape.TrainableParameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network with the gradient of its first output by an input.
 *
 * <p>A tape is for batches of one size. The tapes of the most recent sizes are kept.
 */
public final class OneDnnGradient implements Executable {
  /** Number of batch sizes whose tapes are kept. */
  private static final int KEPT = 4;

  /** Tapes for one batch size, and the scope of their memory. */
  private record Sized(SharedTapes tapes, Scope scope) {}

  private final Network network;
  private final String input;
  private final DataType type;
  private final WorkerPool team;
  private final Scope scope = new Scope();
  private final Map<String, TrainableParameter> parameters = new LinkedHashMap<>();
  private final Map<Integer, Sized> sizes = new LinkedHashMap<>(8, 0.75f, true);
  private final ReentrantLock turn = new ReentrantLock(true);
  private boolean closed;

  /**
   * Loads the weights, and compiles the network for a batch of one.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights do not fit
   * @throws UnsupportedLayerException naming a layer that cannot be differentiated here
   */
  public OneDnnGradient(Network network, String input, TensorSource weights, Compute compute) {
    network.requireFits(weights);
    this.network = network;
    this.input = input;
    type = DataType.of(compute.precision());
    team = WorkerPool.of(compute.threads());
    try {
      team.call(
          () -> {
            load(weights);
            return parameters;
          });
      tapes(1);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void load(TensorSource weights) {
    var kernels = new TapeKernels(scope);
    for (var parameter : network.parameters().values()) {
      float[] values = parameter.layout().toGraph(weights.read(parameter.key()), parameter.shape());
      var fixed = new TrainableParameter(kernels, parameter, true);
      fixed.values().put(0, values);
      parameters.put(parameter.key(), fixed);
    }
  }

  private SharedTapes tapes(int rows) {
    var known = sizes.get(rows);
    if (known != null) {
      return known.tapes;
    }
    if (sizes.size() == KEPT) {
      int eldest = sizes.keySet().iterator().next();
      Objects.requireNonNull(sizes.remove(eldest)).scope.close();
    }
    var made = team.call(() -> compile(rows));
    sizes.put(rows, made);
    pack();
    return made.tapes;
  }

  private Sized compile(int rows) {
    var own = new Scope();
    try {
      var tapes =
          SharedTapes.compile(
              team,
              own,
              network,
              rows,
              network.mixesRows() ? 1 : Math.min(team.size(), rows),
              type,
              Activations.KEPT,
              key -> Objects.requireNonNull(parameters.get(key), key),
              Set.of(input),
              1);
      return new Sized(tapes, own);
    } catch (RuntimeException | Error e) {
      own.close();
      throw e;
    }
  }

  /** Packs the weights in the orders of new tapes' primitives. */
  private void pack() {
    List<TrainableParameter> all = List.copyOf(parameters.values());
    team.run(
        (member, stream) -> {
          for (int i = member; i < all.size(); i += team.size()) {
            all.get(i).pack(stream);
          }
        });
  }

  @Override
  public List<float[]> run(Batch batch) {
    batch.requireOnly(network.inputs().keySet());
    turn.lock();
    try {
      if (closed) {
        throw new IllegalStateException("network: closed");
      }
      return run(batch, tapes(batch.rows()));
    } finally {
      turn.unlock();
    }
  }

  private List<float[]> run(Batch batch, SharedTapes tapes) {
    tapes.forward(batch);
    List<float[]> results = new ArrayList<>();
    for (int i = 0; i < network.outputs().size(); i++) {
      results.add(tapes.output(i));
    }
    float[] ones = new float[results.get(0).length];
    Arrays.fill(ones, 1);
    tapes.backward(List.of(ones));
    results.add(tapes.gradient(input));
    return results;
  }

  @Override
  public void close() {
    turn.lock();
    try {
      if (!closed) {
        closed = true;
        sizes.values().forEach(sized -> sized.scope.close());
        scope.close();
      }
    } finally {
      turn.unlock();
    }
  }
}
