package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.nio.file.Path;

/**
 * A network of pixels with its weights, in diffusers' layout. Thread-safe; holds native memory
 * until it is closed.
 */
public final class PixelModel implements AutoCloseable {
  private final PixelBackbone definition;
  private final CompiledNetwork network;

  private PixelModel(PixelBackbone definition, CompiledNetwork network) {
    this.definition = definition;
    this.network = network;
  }

  /** Loads the network of a folder. */
  public static PixelModel load(Path folder, Compute compute) {
    var definition = PixelFolders.read(folder);
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS)) {
      var weights = definition.fromFolder(checkpoint);
      return new PixelModel(definition, new CompiledNetwork(definition, weights, compute));
    }
  }

  /** Returns the network without its weights. */
  public PixelBackbone definition() {
    return definition;
  }

  /**
   * Returns the network as a denoiser, conditioned on a class if it has classes.
   *
   * <p>It throws {@link IllegalArgumentException} for a label of another kind than the network's.
   *
   * @param scheduler the scheduler beside it: the quantity that the network predicts, and the
   *     schedule that it was trained on
   */
  public Denoiser<PixelLabel> denoiser(SchedulerConfig scheduler) {
    return new NetworkDenoiser<>(
        network, scheduler.parameterization(), times(definition, scheduler), definition::feed);
  }

  /** Returns the time inputs of a network. */
  static NetworkDenoiser.Times times(PixelBackbone definition, SchedulerConfig scheduler) {
    NetworkDenoiser.Times times = definition::embedded;
    return times.under(scheduler.schedule());
  }

  @Override
  public void close() {
    network.close();
  }
}
