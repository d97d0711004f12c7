package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.decoder.unet.PixelUnetConfig;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.weights.CheckpointTensors;
import java.nio.file.Path;
import java.util.List;

/**
 * A {@code UNet2DModel} with its weights, as diffusers saves it. Thread-safe; holds native memory
 * until it is closed.
 */
public final class PixelModel implements AutoCloseable {
  private final PixelNetwork definition;
  private final CompiledNetwork network;

  private PixelModel(PixelNetwork definition, CompiledNetwork network) {
    this.definition = definition;
    this.network = network;
  }

  /** What the weights of a network must be. */
  public static Manifest manifest(PixelUnetConfig config) {
    return Manifest.of(new PixelNetwork(config));
  }

  /** Loads the network of a folder, whose attention may have the names of before 2023. */
  public static PixelModel load(Path folder, Compute compute) {
    var definition = new PixelNetwork(PixelFolders.read(folder));
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS)) {
      var weights = new CurrentNames(new CheckpointTensors(folder, checkpoint));
      return new PixelModel(definition, new CompiledNetwork(definition, weights, compute));
    }
  }

  public PixelUnetConfig config() {
    return definition.config();
  }

  /**
   * The network, given a class where it knows classes.
   *
   * <p>Throws {@link IllegalArgumentException} for a label that is not of the network's kind.
   *
   * @param parameterization what the network predicts, from the scheduler beside it
   */
  public Denoiser<PixelLabel> denoiser(Parameterization parameterization) {
    return new NetworkDenoiser<>(network, parameterization, definition::embedded, this::feed);
  }

  private void feed(Batch batch, List<PixelLabel> labels) {
    switch (config().labels().kind()) {
      case NONE ->
          labels.forEach(
              label ->
                  Check.that(
                      label instanceof PixelLabel.None,
                      "label",
                      label,
                      "none; there are no classes"));
      case TABLE ->
          batch.ints(PixelNetwork.LABEL, labels.stream().mapToInt(this::number).toArray());
      case TIMESTEP ->
          batch.floats(
              PixelNetwork.LABEL,
              Rows.stack(
                  labels.stream().map(label -> definition.sinusoid(number(label))).toList()));
      case VECTOR ->
          batch.floats(PixelNetwork.LABEL, Rows.stack(labels.stream().map(this::vector).toList()));
    }
  }

  private int number(PixelLabel label) {
    int count = config().labels().count();
    if (!(label instanceof PixelLabel.Numbered numbered)) {
      throw Check.refusal("label", label, "the number of a class");
    }
    Check.that(
        count == 0 || numbered.number() < count, "label", numbered.number(), "in [0, %s)", count);
    return numbered.number();
  }

  private float[] vector(PixelLabel label) {
    if (!(label instanceof PixelLabel.Vector vector)) {
      throw Check.refusal("label", label, "a vector");
    }
    Check.length("label", vector.values().length, config().timeEmbedDim());
    return vector.values();
  }

  @Override
  public void close() {
    network.close();
  }
}
