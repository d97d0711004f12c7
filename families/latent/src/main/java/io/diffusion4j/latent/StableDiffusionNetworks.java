package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.StoredNetwork.Access;
import io.diffusion4j.pipeline.Component;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The single networks of a folder, for images of any size. */
final class StableDiffusionNetworks {
  private StableDiffusionNetworks() {}

  static List<StoredNetwork> of(Path folder) {
    List<StoredNetwork> networks =
        new ArrayList<>(Component.networks(folder, StableDiffusionFolder.components(folder)));
    Path path = folder.resolve(StableDiffusionFolder.VAE);
    var vae = Vae.read(path);
    networks.add(
        half(path, "decoder", 2, size -> vae.decoder(size.height(), size.width()))
            .named(Vae.LATENT, "latent_sample")
            .named(StoredNetwork.output(0), "sample"));
    networks.add(
        half(path, "encoder", 2 * vae.factor(), size -> vae.encoder(size.height(), size.width()))
            .named(Vae.PIXELS, "sample")
            .named(StoredNetwork.output(0), "latent_sample"));
    return networks;
  }

  /** Returns the U-Net of a folder, for texts of the length of the text tower beside it. */
  static StoredNetwork unet(String name, Path path) {
    var unet = LatentBackbone.read(path);
    Path text = path.resolveSibling(StableDiffusionFolder.TEXT_ENCODER);
    int length = Files.exists(text) ? ClipFolders.readTextStates(text).positions() : 1;
    return sized(
            name,
            unet.smallest(),
            size -> unet.network(size.height(), size.width(), length),
            Access.in(path, Checkpoint.DIFFUSERS, key -> true))
        .named(LatentBackbone.CONTEXT, "encoder_hidden_states")
        .named(LatentBackbone.GUIDANCE, "timestep_cond")
        .named(StoredNetwork.output(0), "out_sample")
        .timed(unet.sinusoid());
  }

  private static StoredNetwork half(
      Path path, String half, int side, Function<Pixels, NetworkDefinition> network) {
    var weights =
        Access.in(
            path,
            Checkpoint.DIFFUSERS,
            key -> true,
            stored -> CurrentNames.of(stored).only(key -> Vae.isOf(half, key)));
    return sized(StableDiffusionFolder.VAE + "_" + half, side, network, weights);
  }

  private static StoredNetwork sized(
      String name, int side, Function<Pixels, NetworkDefinition> network, Access weights) {
    return StoredNetwork.of(name, network.apply(Pixels.square(side)), weights)
        .sized(
            network.apply(new Pixels(side, 2 * side)), network.apply(new Pixels(2 * side, side)));
  }
}
