package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.DecoderNetwork;
import io.diffusion4j.decoder.dit.DitSettings;
import io.diffusion4j.decoder.dit.UvitSettings;
import io.diffusion4j.decoder.unet.UnetSettings;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.weights.ModelFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Reads and writes networks of pixels in diffusers' layout, {@code config.json} beside the weights:
 * a {@code UNet2DModel}, a {@code DiTTransformer2DModel}, or one of two classes of our own: {@code
 * UViT} and the layers of a plugin.
 */
public final class PixelFolders {
  static final String CONFIG = "config.json";

  private static final Set<String> CLASSES =
      Set.of(UnetSettings.PIXELS.className(), UvitSettings.CLASS, PixelPlugin.CLASS);

  private PixelFolders() {}

  /** Whether a folder has the settings of such a network; it may still be damaged. */
  static boolean isAt(Path folder) {
    Path file = folder.resolve(CONFIG);
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try {
      var config = ComponentConfig.read(file);
      return config.className().filter(CLASSES::contains).isPresent() || DitSettings.isOne(config);
    } catch (CheckpointException e) { // an unreadable file is not one of these
      return false;
    }
  }

  /** Reads the settings of a network; absent fields have diffusers' defaults. */
  public static PixelBackbone read(Path folder) {
    var config = ComponentConfig.read(folder.resolve(CONFIG));
    if (DitSettings.hasClass(config)) {
      var dit = DitSettings.read(config);
      return config.make(() -> new PixelDit(dit.config(), dit.classes()));
    }
    if (config.className().filter(UvitSettings.CLASS::equals).isPresent()) {
      return new PixelUvit(UvitSettings.read(config));
    }
    if (config.className().filter(PixelPlugin.CLASS::equals).isPresent()) {
      return PixelPlugin.read(config);
    }
    var unet = UnetSettings.PIXELS.read(config);
    config.refuseUnknown("dropout", "num_train_timesteps");
    return new PixelNetwork(unet);
  }

  /**
   * Returns the network of a folder by itself, with the names of diffusers.
   *
   * @param name the name of the network
   */
  static StoredNetwork stored(String name, Path folder) {
    var network = read(folder);
    var stored =
        DecoderNetwork.named(
                StoredNetwork.of(
                    name,
                    network,
                    StoredNetwork.Access.in(
                        folder, Checkpoint.DIFFUSERS, key -> true, network::fromFolder)))
            .named(PixelBackbone.LABEL, "class_labels");
    return network.sinusoid().map(stored::timed).orElse(stored);
  }

  /** Writes a network with bfloat16 weights. */
  public static void write(
      Path folder, PixelBackbone network, TensorSource weights, Map<String, String> notes) {
    writeConfig(folder, network);
    ModelFiles.write(folder, Checkpoint.DIFFUSERS, network.toFolder(weights), name -> true, notes);
  }

  /** Writes the settings of a network. */
  public static void writeConfig(Path folder, PixelBackbone network) {
    network.writeSettings(folder.resolve(CONFIG));
  }
}
