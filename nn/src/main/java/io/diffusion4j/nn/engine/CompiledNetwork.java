package io.diffusion4j.nn.engine;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.weights.NamedTensors;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * A network with its weights, ready to run in the engine that {@link Engines} chose for it.
 *
 * <p>Safe for use by several threads at once. The native memory is held until {@link #close}.
 */
public final class CompiledNetwork implements AutoCloseable {
  private static final LongAdder NANOS = new LongAdder();

  private final Executable executable;

  /**
   * Compiles a network.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly the
   *     parameters of the network; the message lists all differences
   * @throws IllegalArgumentException if there is no engine with the name in {@code compute}
   * @throws IllegalStateException if that engine cannot run here
   */
  public CompiledNetwork(NetworkDefinition definition, NamedTensors weights, Compute compute) {
    this(Engines.compile(Network.of(definition), weights, compute));
  }

  private CompiledNetwork(Executable executable) {
    this.executable = executable;
  }

  /**
   * Compiles a network whose runs return, after its outputs, the gradient of the sum of the first
   * output by an input. Throws as the constructor does.
   *
   * @param definition its first output has a value for each row
   * @param input the name of an input of numbers
   */
  public static CompiledNetwork withGradient(
      NetworkDefinition definition, String input, NamedTensors weights, Compute compute) {
    return new CompiledNetwork(
        Engines.compileWithGradient(Network.of(definition), input, weights, compute));
  }

  /** The time at which the segments of a network are loaded. */
  public enum Loading {
    /** All at once, to be kept. */
    ONCE,
    /**
     * Loads each segment in every run, and closes it afterwards: a run needs the memory of one
     * segment.
     */
    EACH_RUN
  }

  /**
   * Compiles a large network in segments, such as some blocks of a transformer, each for the engine
   * that suits it: a layer that an engine lacks excludes only its own segment. Throws the
   * exceptions of the constructor.
   *
   * @param weights must stay readable until this is closed, for {@link Loading#EACH_RUN}
   * @param parameters a segment ends at the first possible place after this many parameter values
   */
  public static CompiledNetwork inSegments(
      NetworkDefinition definition,
      NamedTensors weights,
      Compute compute,
      Loading loading,
      long parameters) {
    var network = Network.of(definition);
    return new CompiledNetwork(
        switch (loading) {
          case ONCE -> SegmentedNetwork.loaded(network, weights, compute, parameters);
          case EACH_RUN -> SegmentedNetwork.streamed(network, weights, compute, parameters);
        });
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

  /** Returns the total running time of networks in this process in ns; concurrent runs add up. */
  public static long nanosRun() {
    return NANOS.sum();
  }

  /**
   * Runs the network and returns the time of each operation.
   *
   * @throws IllegalStateException if the engine does not measure its operations
   */
  public List<OperationTime> trace(Batch batch) {
    return executable.trace(batch);
  }

  @Override
  public void close() {
    executable.close();
  }
}
