package io.diffusion4j.decoder.unet;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.nio.file.Path;
import java.util.List;

/**
 * A U-Net of guided-diffusion with its weights. Thread-safe; holds native memory until it is
 * closed.
 */
public final class AdmModel implements AutoCloseable {
  private final UnetConfig config;
  private final Parameterization parameterization;
  private final CompiledNetwork network;

  private AdmModel(UnetConfig config, Parameterization parameterization, CompiledNetwork network) {
    this.config = config;
    this.parameterization = parameterization;
    this.network = network;
  }

  /**
   * Loads a folder in the layout of {@link AdmFolders}.
   *
   * @param parameterization the quantity that the network was trained to predict; ε for all
   *     published networks
   */
  public static AdmModel load(Path folder, Parameterization parameterization, Compute compute) {
    var config = AdmFolders.read(folder);
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      return new AdmModel(
          config,
          parameterization,
          new CompiledNetwork(new UnetNetwork(config), checkpoint, compute));
    }
  }

  /** Returns the shape of the network. */
  public UnetConfig config() {
    return config;
  }

  /**
   * Returns the network as a denoiser.
   *
   * <p>Throws {@link IllegalArgumentException} for another kind of condition than the network was
   * trained with.
   */
  public Denoiser<AdmCondition> denoiser() {
    return new NetworkDenoiser<>(network, parameterization, config.timeChannels(), this::feed);
  }

  private void feed(Batch batch, List<AdmCondition> conditions) {
    if (config.labels().count() > 0) {
      batch.ints(UnetNetwork.LABEL, conditions.stream().mapToInt(this::label).toArray());
    } else {
      conditions.forEach(c -> Check.that(c.label().isEmpty(), "label", c.label(), "none"));
    }
    if (config.beside().low()) {
      batch.floats(
          ConcatConditioning.LOW_INPUT, Rows.stack(conditions.stream().map(this::low).toList()));
    } else {
      conditions.forEach(c -> Check.that(c.low().isEmpty(), "low", "an image", "none"));
    }
  }

  private int label(AdmCondition condition) {
    int label = condition.label().orElse(-1);
    String range = "in [0, " + config.labels().count() + ")";
    Check.that(label >= 0 && label < config.labels().count(), "label", condition.label(), range);
    return label;
  }

  private float[] low(AdmCondition condition) {
    int size = config.sampleSize();
    Check.that(condition.low().isPresent(), "low", "none", size + "×" + size);
    var image = condition.low().orElseThrow();
    image.requireSize("low", size, size, "");
    return image.pixels();
  }

  @Override
  public void close() {
    network.close();
  }
}
