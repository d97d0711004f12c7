package io.diffusion4j.nn.engine;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Perturbation;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.DeepReuse;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.PerturbedNetwork;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * A network with its weights, ready to run in the engine that {@link Engines} chose for it.
 *
 * <p>Safe for use by several threads at once. The native memory is held until {@link #close}.
 */
public final class CompiledNetwork implements AutoCloseable {
  private static final LongAdder NANOS = new LongAdder();

  private final Executable executable;
  private final Optional<Reusing> reusing;
  private final Optional<Perturbed> perturbed;

  /** The networks that keep and take deep features; closed with the whole network. */
  private record Reusing(DeepReuse networks, Executable keeping, Executable shallow) {}

  /** The network that can leave out parts; closed with the whole network. */
  private record Perturbed(PerturbedNetwork network, Executable executable) {}

  /**
   * Compiles a network; a U-Net also for the {@linkplain DeepReuse reuse of its deep features}, and
   * one with self-attention for its {@linkplain PerturbedNetwork perturbation}, with the same
   * weights.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly the
   *     parameters of the network; the message lists all differences
   * @throws IllegalArgumentException if there is no engine with the name in {@code compute}
   * @throws IllegalStateException if that engine cannot run here
   */
  public CompiledNetwork(NetworkDefinition definition, TensorSource weights, Compute compute) {
    var network = Network.of(definition);
    var reuse = DeepReuse.of(network);
    var leavingOut = PerturbedNetwork.of(definition);
    List<Network> variants = new ArrayList<>();
    reuse.ifPresent(networks -> variants.addAll(List.of(networks.keeping(), networks.shallow())));
    leavingOut.ifPresent(variant -> variants.add(variant.network()));
    var executables = Engines.compile(network, variants, weights, compute);
    executable = executables.get(0);
    perturbed = leavingOut.map(variant -> new Perturbed(variant, executables.get(variants.size())));
    reusing = reuse.map(networks -> new Reusing(networks, executables.get(1), executables.get(2)));
  }

  private CompiledNetwork(Executable executable) {
    this.executable = executable;
    reusing = Optional.empty();
    perturbed = Optional.empty();
  }

  /**
   * Compiles a network whose runs return, after its outputs, the gradient of the sum of the first
   * output by an input. Throws as the constructor does.
   *
   * @param definition its first output has a value for each row
   * @param input the name of an input of numbers
   */
  public static CompiledNetwork withGradient(
      NetworkDefinition definition, String input, TensorSource weights, Compute compute) {
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
      TensorSource weights,
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
   * @throws io.diffusion4j.diffusion.denoiser.NativeOutOfMemoryException if the batch needs more
   *     memory than there is
   */
  public List<float[]> run(Batch batch) {
    return timed(executable, batch);
  }

  private static List<float[]> timed(Executable executable, Batch batch) {
    long begin = System.nanoTime();
    try {
      return executable.run(batch);
    } finally {
      NANOS.add(System.nanoTime() - begin);
    }
  }

  /** Whether it is a U-Net, which can keep its deep features and take them. */
  public boolean reuses() {
    return reusing.isPresent();
  }

  /**
   * Runs the network and returns its outputs and, after them, its deep features.
   *
   * @throws IllegalStateException if it {@linkplain #reuses has none}
   */
  public List<float[]> runKeeping(Batch batch) {
    return timed(requireReusing().keeping, batch);
  }

  /**
   * Runs only the layers above the deep features.
   *
   * @param batch the inputs of the whole network
   * @param features for each row, the features of a run for the same sample at another time
   * @return the outputs of the whole network
   * @throws IllegalStateException if it {@linkplain #reuses has none}
   */
  public List<float[]> runShallow(Batch batch, float[] features) {
    var shallow = requireReusing();
    Set<String> read = new HashSet<>(shallow.networks.shallow().inputs().keySet());
    read.remove(DeepReuse.FEATURES);
    return timed(shallow.shallow, batch.only(read).floats(DeepReuse.FEATURES, features));
  }

  /**
   * Runs the network with a part left out.
   *
   * @throws IllegalArgumentException if it has no self-attention, or no such layer
   */
  public List<float[]> runPerturbed(Batch batch, Perturbation perturbation) {
    String asked = "weaker=" + perturbation.part().word();
    var own =
        perturbed.orElseThrow(
            () -> Check.refusal("guider", asked, "none, for a network without self-attention"));
    return timed(own.executable, own.network.batch(batch, perturbation));
  }

  private Reusing requireReusing() {
    return reusing.orElseThrow(
        () -> new IllegalStateException("network: without deep features (expected: a U-Net)"));
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
