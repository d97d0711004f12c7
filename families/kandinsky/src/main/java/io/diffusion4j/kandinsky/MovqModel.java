package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.SizedNetworks;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * MoVQ with its weights, for pictures of any size. Each half is loaded when it is used first.
 * Thread-safe; holds native memory until it is closed.
 */
public final class MovqModel implements AutoCloseable {
  private final Movq movq;
  private final SizedNetworks decoders;
  private final SizedNetworks encoders;

  /** Reads the settings of a folder. */
  public MovqModel(Path folder, Compute compute) {
    movq = Movq.read(folder);
    decoders =
        new SizedNetworks(
            size ->
                compiled(
                    folder, movq.decoder(size.height(), size.width()), Movq::isOfDecoder, compute));
    encoders =
        new SizedNetworks(
            size ->
                compiled(
                    folder, movq.encoder(size.height(), size.width()), Movq::isOfEncoder, compute));
  }

  private static CompiledNetwork compiled(
      Path folder, NetworkDefinition network, Predicate<String> weights, Compute compute) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS)) {
      return new CompiledNetwork(network, checkpoint.only(weights), compute.unquantised());
    }
  }

  /** Returns the width and height of a latent in pixels. */
  public int factor() {
    return movq.factor();
  }

  Movq movq() {
    return movq;
  }

  /** Returns the picture of a latent {@code [H, W, Z]}, with values clipped to ±1. */
  Image decode(float[] latent, Pixels size) {
    float[] pixels = decodeUncut(latent, size);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(-1, Math.min(1, pixels[i]));
    }
    int factor = movq.factor();
    return new Image(factor * size.width(), factor * size.height(), pixels);
  }

  /** Returns the same picture without clipping, in a new array. */
  float[] decodeUncut(float[] latent, Pixels size) {
    return decoders
        .use(size, network -> network.run(new Batch(1).floats(Movq.LATENT, latent)).get(0))
        .clone();
  }

  /**
   * Returns the latent {@code [H, W, Z]} of a picture.
   *
   * @param picture a picture whose sides are multiples of the factor
   */
  public float[] encode(Image picture) {
    int factor = movq.factor();
    var size = new Pixels(picture.width() / factor, picture.height() / factor);
    picture.requireSize("picture", factor * size.width(), factor * size.height(), "");
    return encoders
        .use(
            size, network -> network.run(new Batch(1).floats(Movq.PIXELS, picture.pixels())).get(0))
        .clone();
  }

  @Override
  public void close() {
    encoders.close();
    decoders.close();
  }
}
