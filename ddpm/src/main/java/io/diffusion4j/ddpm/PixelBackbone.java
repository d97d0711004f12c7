package io.diffusion4j.ddpm;

import io.diffusion4j.decoder.unet.PixelUnetConfig.Labels;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.weights.NamedTensors;
import java.util.List;

/**
 * A network that denoises pixels, perhaps of a class: a U-Net, a DiT or a U-ViT. Its outputs are
 * the prediction and, where the variance is learned, its interpolation.
 */
public sealed interface PixelBackbone extends NetworkDefinition
    permits PixelNetwork, PixelDit, PixelUvit {
  /**
   * The class: an integer where classes have a table, the sinusoid {@code [timeChannels]} where
   * they are numbers, a vector {@code [timeEmbedDim]} where they are vectors.
   */
  String LABEL = "label";

  /** Height of the images, in pixels. */
  int height();

  /** Width of the images, in pixels. */
  int width();

  /** Channels of the images. */
  int channels();

  /** The classes that a label can name. */
  Labels labels();

  /** The same network with other classes. */
  PixelBackbone withLabels(Labels other);

  /** What the input for the time is fed. */
  float[] embedded(double t);

  /**
   * Feeds the classes.
   *
   * @throws IllegalArgumentException for a label that is not of the network's kind
   */
  void feed(Batch batch, List<PixelLabel> labels);

  /** What its weights must be, as a folder has them. */
  Manifest manifest();

  /** The weights of a folder under the network's own names. */
  NamedTensors fromFolder(NamedTensors stored);
}
