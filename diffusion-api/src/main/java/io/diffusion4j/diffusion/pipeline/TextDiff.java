package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.embedding.Slerp;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.stage.Projection;
import java.util.List;

/**
 * Changes an image in the direction from one text to another (Ramesh et al. 2022, §3.3).
 *
 * <p>The image is represented by its embedding z_i and the noise x_T from which the decoder draws
 * it, found by DDIM inversion. The direction is z_d = z_t − z_t₀ of the texts' embeddings,
 * normalised to the length of z_i; z_i is rotated towards it by spherical interpolation, and
 * decoded from the same x_T. A deterministic sampler preserves the image best, and reproduces it at
 * ratio 0.
 *
 * <p>Create one for each drawing.
 */
final class TextDiff implements UnclipWork.Source, ImageEdit {
  private final ImageTask.TextDiff task;
  private float[] z = {};

  TextDiff(ImageTask.TextDiff task) {
    this.task = task;
  }

  @Override
  public boolean usesPrior() {
    return false;
  }

  @Override
  public List<ImageDecoder.Condition> conditions(UnclipWork.Run run) {
    List<TextEncoding> texts =
        run.parts().textEncoder().encode(List.of("", task.fromText(), task.toText()));
    z = run.parts().imageEncoder().encode(List.of(task.image())).get(0);
    float[] changed = turned(texts.get(1).embedding(), texts.get(2).embedding());
    return run.forEach(new ImageDecoder.Condition(changed, new Prompt(texts.get(0), texts.get(0))));
  }

  /** Returns z_θ = slerp(z_i, z_d, θ); z_i if both texts have the same embedding. */
  private float[] turned(float[] from, float[] to) {
    float[] direction = new float[to.length];
    for (int i = 0; i < direction.length; i++) {
      direction[i] = to[i] - from[i];
    }
    double length = Vectors.length(direction);
    if (length == 0) {
      return z;
    }
    double scale = Vectors.length(z) / length;
    for (int i = 0; i < direction.length; i++) {
      direction[i] = (float) (scale * direction[i]);
    }
    return Slerp.between(z, direction, task.ratio());
  }

  @Override
  public ImageDecoder decoder(ImageDecoder decoder) {
    return Inversion.first(
        decoder,
        List.of(task.image()),
        drawn -> new ImageDecoder.Condition(z, drawn.prompt()),
        noise -> Projection.startingAt(noise.get(0)));
  }

  @Override
  public int steps(Target stage, int steps) {
    return stage == Target.DECODER ? Math.multiplyExact(2, steps) : steps;
  }
}
