package io.diffusion4j.decoder.backbone;

import io.diffusion4j.diffusion.spi.PluginPoint;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/** The layers of a network that denoises images; {@link NamedBackbone} gives them their sizes. */
@FunctionalInterface
@PluginPoint(value = "backbone", expected = "numbers [B, H, W, outChannels]")
public interface BackboneLayers {
  /**
   * Adds the whole network, as {@link Backbone#forward} describes.
   *
   * @param sizes of the backbone that has these layers
   */
  Tensor forward(
      Nn nn, Backbone sizes, Tensor x, Tensor sinusoid, Tensor timeAdd, List<Context> context);
}
