package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Pyramid;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.solver.DdimInversion;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.List;

/** The noise that a decoder would have drawn given images from, by {@link DdimInversion}. */
public final class Inversion {
  /** Guidance goes farther than the flow that is to be followed back. */
  private static final GuidanceScale UNGUIDED = GuidanceScale.constant(1);

  private Inversion() {}

  /**
   * x_T of each image. There is no chance in it.
   *
   * @param images square
   * @param settings of the drawing that is to begin there
   * @param noise asked for nothing
   */
  public static List<float[]> of(
      ImageDecoder decoder,
      ImageDecoder.Condition condition,
      List<Image> images,
      SamplingSettings settings,
      NoiseSource noise,
      SamplingListener listener) {
    List<Draw<ImageDecoder.Condition>> draws = new ArrayList<>();
    for (Image image : images) {
      var clean = new Pyramid(image);
      draws.add(
          new Draw<>(
              condition,
              noise,
              (x, at) -> {
                if (at.step() == 0) {
                  System.arraycopy(clean.levelOfRow(x.length), 0, x, 0, x.length);
                }
              }));
    }
    var unguided = settings.withSampler(new DdimInversion()).withGuidanceScale(UNGUIDED);
    return decoder.decode(draws, unguided, listener).stream().map(Image::pixels).toList();
  }

  /** Reports the way to the noise (0) and the way back (1) as the halves of one. */
  public static SamplingListener half(int half, SamplingListener listener) {
    return at -> {
      if (half == 0 || at.step() > 0) { // the end of the first half is the start of the second
        listener.onProgress(
            new SamplingListener.Progress(
                at.stage(), half * at.steps() + at.step(), 2 * at.steps(), at.x0()));
      }
    };
  }
}
