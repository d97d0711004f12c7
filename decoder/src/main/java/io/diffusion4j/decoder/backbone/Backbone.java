package io.diffusion4j.decoder.backbone;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * The shape of a network that denoises images, and its layers. Conditioning reaches it as a vector
 * that is added to the time embedding, as context tokens, or as both, so a model works with any
 * backbone: the U-Net ({@code decoder.unet}) or the transformer DiT ({@code decoder.dit}).
 */
public interface Backbone {
  /** Returns the larger of height and width of the training images, in pixels. */
  int sampleSize();

  /** Returns the number of tokens of a square training image: its pixels, or its patches. */
  default int tokens() {
    return sampleSize() * sampleSize();
  }

  /** Returns the channels of the input. */
  int inChannels();

  /** Returns the channels of the output; twice the image's if the variance is learned. */
  int outChannels();

  /** Returns the width of the sinusoid of the time. */
  int timeChannels();

  /** Returns the width of the time embedding, and of the vector that is added to it. */
  int timeEmbedDim();

  /** Returns the width of the context tokens of the attention; 0 without context. */
  int contextDim();

  /** Returns the form in which it receives a timestep. */
  default Sinusoid sinusoid() {
    return Sinusoid.of(timeChannels());
  }

  /** Returns the sinusoid of a timestep: {@code [timeChannels]}. */
  default float[] sinusoid(double t) {
    return sinusoid().at(t);
  }

  /**
   * Adds the whole network.
   *
   * @param x {@code [B, H, W, inChannels]}
   * @param sinusoid the sinusoid of the time, {@code [B, timeChannels]}
   * @param timeAdd a vector that is added to the time embedding, {@code [B, timeEmbedDim]}; none or
   *     one
   * @param context tokens that attention also attends to; none or one
   * @return {@code [B, H, W, outChannels]}, numbers
   */
  Tensor forward(Nn nn, Tensor x, Tensor sinusoid, List<Tensor> timeAdd, List<Context> context);
}
