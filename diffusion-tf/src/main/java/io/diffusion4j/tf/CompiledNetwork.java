package io.diffusion4j.tf;

import io.diffusion4j.tf.nn.NamedTensors;
import io.diffusion4j.tf.nn.Precision;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.tensorflow.proto.StepStats;

/**
 * A network with its weights, ready to run in the engine that {@link Engines} chose for it.
 *
 * <p>Safe for use by several threads at once. The native memory is held until {@link #close}.
 */
public final class CompiledNetwork implements AutoCloseable {
  private static final LongAdder NANOS = new LongAdder();

  private final Executable executable;

  /**
   * Builds the network and fills in its weights.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly those that
   *     the network asks for; the message lists all differences
   */
  public CompiledNetwork(Network network, NamedTensors source, Precision precision) {
    executable = Engines.compile(network, source, precision);
  }

  /**
   * Runs the network.
   *
   * @return for each output the whole batch, row-major
   * @throws io.diffusion4j.diffusion.denoiser.NoMemoryException if the batch needs more memory than
   *     there is
   */
  public List<float[]> run(Batch batch) {
    long begin = System.nanoTime();
    try {
      return executable.run(batch);
    } finally {
      NANOS.add(System.nanoTime() - begin);
    }
  }

  /** For how long networks have run in this process, those that ran at once added up, in ns. */
  public static long nanosRun() {
    return NANOS.sum();
  }

  /**
   * Runs the network and has TensorFlow tell when each operation began and ended, which makes the
   * call a little slower.
   *
   * @throws IllegalStateException if another engine runs the network
   */
  public StepStats trace(Batch batch) {
    if (executable instanceof TensorFlowNetwork network) {
      return network.trace(batch);
    }
    throw new IllegalStateException(
        "engine: "
            + executable.getClass().getSimpleName()
            + " (expected: tensorflow, which alone tells the times of its operations)");
  }

  @Override
  public void close() {
    executable.close();
  }
}
