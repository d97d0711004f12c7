package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.Upsampler;
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

  /** Returns the settings that the decorated decoder uses for the requested ones. */
  default SamplingSettings decoderSettings(SamplingSettings settings) {
    return settings;
  }

  /** Returns the settings that the decorated upsampler uses for the requested ones. */
  default SamplingSettings upsamplerSettings(SamplingSettings settings) {
    return settings;
  }

  /** Returns the number of steps of the decorated decoder for a requested number. */
  default int decoderSteps(int steps) {
    return steps;
  }

  /** Returns the number of steps of the decorated upsampler for a requested number. */
  default int upsamplerSteps(int steps) {
    return steps;
  }
}
