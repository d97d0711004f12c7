package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.Upsampler;
import io.diffusion4j.diffusion.stage.SamplingSettings;

/**
 * A way to draw images that keep something of a given one, as decorators around the stages that
 * draw pixels: whatever is composed of the decorated stages edits instead of drawing afresh.
 */
public interface ImageEdit {
  /** Keeps nothing. */
  ImageEdit NONE = new ImageEdit() {};

  /** A decoder that keeps what is to be kept, at the size of its images. */
  default ImageDecoder decoder(ImageDecoder decoder) {
    return decoder;
  }

  /** An upsampler that keeps what is to be kept, at the size of its images. */
  default Upsampler upsampler(Upsampler upsampler) {
    return upsampler;
  }

  /** How the decorated decoder samples when it is asked to sample so. */
  default SamplingSettings decoderSettings(SamplingSettings settings) {
    return settings;
  }

  /** How the decorated upsampler samples when it is asked to sample so. */
  default SamplingSettings upsamplerSettings(SamplingSettings settings) {
    return settings;
  }

  /** How many steps the decorated decoder takes when it is asked for so many. */
  default int decoderSteps(int steps) {
    return steps;
  }

  /** How many steps the decorated upsampler takes when it is asked for so many. */
  default int upsamplerSteps(int steps) {
    return steps;
  }
}
