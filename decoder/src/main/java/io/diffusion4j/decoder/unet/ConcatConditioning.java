package io.diffusion4j.decoder.unet;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The inputs of a U-Net beside x_t, concatenated after it on the channel axis. */
public enum ConcatConditioning {
  NOTHING(false, false),
  /** A small image, enlarged bilinearly, as in {@code SuperResModel}. */
  LOW(false, true),
  /** The known pixels of an image and their mask, as in {@code InpaintText2ImUNet}. */
  KNOWN(true, false),
  /** Both, the known pixels first, as in {@code SuperResInpaintText2ImUNet}. */
  KNOWN_AND_LOW(true, true);

  /** Input {@code [H, W, C]}: the small image, enlarged to the size of x_t. */
  public static final String LOW_INPUT = "low";

  /** Input {@code [H, W, C]}: an image, of which only the known pixels are used. */
  public static final String IMAGE_INPUT = "image";

  /** Input {@code [H, W, 1]}: 1 where a pixel is known, 0 where it is not. */
  public static final String MASK_INPUT = "mask";

  private final boolean known;
  private final boolean low;

  ConcatConditioning(boolean known, boolean low) {
    this.known = known;
    this.low = low;
  }

  /** Whether known pixels are an input. */
  public boolean known() {
    return known;
  }

  /** Whether a small image is an input. */
  public boolean low() {
    return low;
  }

  /** Returns the channels of x_t and the inputs beside it, for images with these channels. */
  public int channels(int image) {
    return image + (known ? image + 1 : 0) + (low ? image : 0);
  }

  /** Returns the channels of x_t, for an input with these channels. */
  int image(int channels) {
    return known ? (channels - 1) / (low ? 3 : 2) : channels / (low ? 2 : 1);
  }

  /**
   * Returns the inputs beside x_t for which a network of colour images or latents has channels.
   *
   * @param in the channels of all inputs together
   * @param out the channels of the output: of x_t, or twice as many with a learned variance
   */
  static ConcatConditioning of(int in, int out) {
    if (in == 2 * out) {
      return LOW;
    }
    boolean known = in == KNOWN.channels(out) || (out % 2 == 0 && in == KNOWN.channels(out / 2));
    return known ? KNOWN : NOTHING;
  }

  /** Concatenates x_t {@code [B, H, W, C]} and the inputs beside it. */
  public Tensor join(Nn nn, Inputs inputs, Tensor xt) {
    long height = xt.size(1);
    long width = xt.size(2);
    long channels = xt.last();
    List<Tensor> all = new ArrayList<>(List.of(xt));
    if (known) {
      var image = inputs.floats(IMAGE_INPUT, height, width, channels);
      var mask = inputs.floats(MASK_INPUT, height, width, 1);
      all.add(nn.multiply(image, mask));
      all.add(mask);
    }
    if (low) {
      all.add(inputs.floats(LOW_INPUT, height, width, channels));
    }
    return all.size() == 1 ? xt : nn.concat(3, all);
  }
}
