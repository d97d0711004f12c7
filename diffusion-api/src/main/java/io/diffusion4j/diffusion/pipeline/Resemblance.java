package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.embedding.Slerp;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.part.ImageDecoder;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Keeps of an image what its embedding does not describe. Ramesh et al. (2022, §3.1) represent an
 * image by its embedding z_i and the noise x_T from which the decoder draws it. Here drawings start
 * from noise between fresh noise and x_T, by spherical interpolation, so the paper's deterministic
 * sampler gives variations as well as a sampler with η &gt; 0.
 *
 * @param image square
 * @param likeness the ratio of the interpolation, in (0, 1]: 1 is x_T
 */
record Resemblance(Image image, double likeness) implements ImageEdit {
  @Override
  public ImageDecoder decoder(ImageDecoder decoder) {
    return Inversion.first(
        decoder,
        List.of(image),
        UnaryOperator.identity(),
        noise ->
            (x, at) -> {
              if (at.step() == 0) {
                float[] start = Slerp.between(x, noise.get(0), likeness);
                System.arraycopy(start, 0, x, 0, x.length);
              }
            });
  }

  @Override
  public int steps(Target stage, int steps) {
    return stage == Target.DECODER ? Math.multiplyExact(2, steps) : steps;
  }
}
