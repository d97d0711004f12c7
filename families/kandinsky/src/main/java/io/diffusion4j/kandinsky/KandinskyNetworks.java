package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.decoder.DecoderNetwork;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.StoredNetwork.Access;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.prior.PriorModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The single networks of one of Kandinsky's two folders, for images of any size. */
final class KandinskyNetworks {
  private KandinskyNetworks() {}

  static List<StoredNetwork> of(Path folder) {
    return KandinskyFolder.isPrior(folder) ? ofPrior(folder) : ofDecoder(folder);
  }

  private static List<StoredNetwork> ofPrior(Path folder) {
    return Component.networks(folder, KandinskyFolder.PRIORS);
  }

  private static List<StoredNetwork> ofDecoder(Path folder) {
    List<StoredNetwork> networks = new ArrayList<>();
    Path path = folder.resolve(KandinskyFolder.UNET);
    var unet = KandinskyUnet.read(path);
    networks.add(
        StoredNetwork.of(
                "unet_projection",
                unet.projection(),
                Access.in(path, Checkpoint.DIFFUSERS, KandinskyUnet::isOfProjection))
            .named(KandinskyUnet.EMBEDDING, "image_embeds")
            .named(StoredNetwork.output(0), "encoder_hidden_states")
            .named(StoredNetwork.output(1), KandinskyUnet.TIME_ADD));
    int side = 1 << unet.unet().levels().size(); // small, and more than one pixel at every level
    if (unet.concat() == KandinskyUnet.ConcatConditioning.HINT) {
      networks.add(
          sized(
                  "unet_hint",
                  size -> unet.hint(size.height(), size.width()),
                  side,
                  Access.in(path, Checkpoint.DIFFUSERS, KandinskyUnet::isOfHint))
              .named(StoredNetwork.output(0), KandinskyUnet.CONCAT));
    }
    networks.add(
        DecoderNetwork.named(
                sized(
                    KandinskyFolder.UNET,
                    size -> unet.denoiser(size.height(), size.width(), true),
                    side,
                    Access.in(path, Checkpoint.DIFFUSERS, KandinskyUnet::isOfDenoiser)))
            .timed(unet.unet().sinusoid()));
    networks.addAll(ofMovq(folder.resolve(KandinskyFolder.MOVQ), side));
    Path eclipse = folder.resolve(KandinskyFolder.ECLIPSE);
    if (Files.isDirectory(eclipse)) {
      networks.add(PriorModel.stored(KandinskyFolder.ECLIPSE, eclipse));
    }
    return networks;
  }

  private static List<StoredNetwork> ofMovq(Path path, int side) {
    var movq = Movq.read(path);
    return List.of(
        sized(
                "movq_decoder",
                size -> movq.decoder(size.height(), size.width()),
                side,
                Access.in(path, Checkpoint.DIFFUSERS, Movq::isOfDecoder))
            .named(Movq.LATENT, "latent_sample")
            .named(StoredNetwork.output(0), "sample"),
        sized(
                "movq_encoder",
                size -> movq.encoder(size.height(), size.width()),
                side,
                Access.in(path, Checkpoint.DIFFUSERS, Movq::isOfEncoder))
            .named(Movq.PIXELS, "sample")
            .named(StoredNetwork.output(0), "latent_sample"));
  }

  private static StoredNetwork sized(
      String name, Function<Pixels, NetworkDefinition> network, int side, Access weights) {
    return StoredNetwork.of(name, network.apply(Pixels.square(side)), weights)
        .sized(
            network.apply(new Pixels(side, 2 * side)), network.apply(new Pixels(2 * side, side)));
  }
}
