package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.stage.SamplingSettings;

/**
 * An edit of a given image, as decorators of the stages that draw pixels: a pipeline composed of
 * the decorated stages edits instead of drawing from scratch.
 */
public interface ImageEdit {
  /** The edit that keeps nothing of the image. */
  ImageEdit NONE = new ImageEdit() {};

  /** Decorates a decoder, at the size of its images. */
  default ImageDecoder decoder(ImageDecoder decoder) {
    return decoder;
  }

  /** Decorates an upsampler, at the size of its images. */
  default Upsampler upsampler(Upsampler upsampler) {
    return upsampler;
  }

  /** The stages that draw pixels. */
  enum Target {
    DECODER,
    UPSAMPLER
  }

  /** Returns the settings that a decorated stage uses for the requested ones. */
  default SamplingSettings settings(Target stage, SamplingSettings settings) {
    return settings;
  }

  /** Returns the number of steps of a decorated stage for a requested number. */
  default int steps(Target stage, int steps) {
    return steps;
  }
}
