package io.diffusion4j.decoder;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetNetwork;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An upsampler's U-Net with its weights, in diffusers' layout. Thread-safe; holds native memory
 * until it is closed.
 */
public final class UpsamplerModel implements AutoCloseable {
  private final UnetConfig config;
  private final Parameterization parameterization;
  private final CompiledNetwork network;

  private UpsamplerModel(
      UnetConfig config, Parameterization parameterization, CompiledNetwork network) {
    this.config = config;
    this.parameterization = parameterization;
    this.network = network;
  }

  /** Returns the expected weights of an upsampler. */
  public static Manifest manifest(UnetConfig config) {
    return Manifest.of(network(config));
  }

  /** Returns the U-Net that the {@link #denoiser} runs, without weights. */
  public static NetworkDefinition network(UnetConfig config) {
    return new UnetNetwork(config);
  }

  /**
   * Loads a folder.
   *
   * @param parameterization the prediction type in the settings of the scheduler beside it
   */
  public static UpsamplerModel load(
      Path folder, Parameterization parameterization, Compute compute) {
    return load(folder, weights -> weights, parameterization, compute);
  }

  /**
   * Loads a folder and changes the weights first.
   *
   * @param change maps the stored weights, under their current names, to those that are loaded
   * @param parameterization the prediction type in the settings of the scheduler beside it
   */
  public static UpsamplerModel load(
      Path folder,
      UnaryOperator<TensorSource> change,
      Parameterization parameterization,
      Compute compute) {
    var config = DecoderFolders.readUpsampler(folder);
    try (var weights = change.apply(CurrentNames.open(folder))) {
      var network = new CompiledNetwork(network(config), weights, compute);
      return new UpsamplerModel(config, parameterization, network);
    }
  }

  /**
   * Returns the network of a folder by itself, with the names of diffusers' {@code UNet2DModel}.
   * The enlarged small image is an input of its own, {@link ConcatConditioning#LOW_INPUT}.
   *
   * @param name the name of the network
   */
  public static StoredNetwork stored(String name, Path folder) {
    var config = DecoderFolders.readUpsampler(folder);
    return DecoderNetwork.named(
            StoredNetwork.of(
                name,
                network(config),
                StoredNetwork.Access.in(
                    folder, Checkpoint.DIFFUSERS, key -> true, CurrentNames::of)))
        .timed(config.sinusoid());
  }

  /** Returns the shape of the network. */
  public UnetConfig config() {
    return config;
  }

  /** Returns the network as a denoiser, conditioned on the enlarged small image. */
  public Denoiser<Image> denoiser() {
    return new NetworkDenoiser<>(
        network, parameterization, config.timeChannels(), UpsamplerModel::feed);
  }

  /** Feeds the enlarged small images. */
  public static void feed(Batch batch, List<Image> images) {
    batch.floats(
        ConcatConditioning.LOW_INPUT, Rows.stack(images.stream().map(Image::pixels).toList()));
  }

  @Override
  public void close() {
    network.close();
  }
}
