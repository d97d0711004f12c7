package io.diffusion4j.diffusion.part;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;

/** Draws a larger image that a small one could be a copy of (DALL-E 2, §2.1). */
@FunctionalInterface
public interface Upsampler {
  /** Draws one larger image for each image, in order. */
  List<Image> upsample(
      List<Draw<Image>> draws, SamplingSettings settings, SamplingListener listener);
}
