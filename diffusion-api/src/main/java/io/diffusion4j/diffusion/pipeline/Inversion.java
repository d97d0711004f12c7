package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.Guider;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Pyramid;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.solver.DdimInversion;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Projection;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Finds the noise from which a decoder draws given images, by {@link DdimInversion}. */
public final class Inversion {
  /** Inversion follows the unguided flow. */
  private static final GuidanceScale UNGUIDED = GuidanceScale.constant(1);

  private Inversion() {}

  /**
   * Returns x_T of each image, deterministically.
   *
   * @param images square
   * @param settings the settings of the drawing that starts from x_T
   * @param noise not used
   */
  private static List<float[]> of(
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
    var unguided =
        settings
            .withSampler(new DdimInversion(settings.sampler()))
            .withoutGuide()
            .withGuider(Guider.PLAIN)
            .withGuidanceScale(UNGUIDED);
    return decoder.decode(draws, unguided, listener).stream().map(Image::pixels).toList();
  }

  /**
   * Returns a decoder with twice the steps: the first half finds x_T of images, and the second
   * draws.
   *
   * @param images square
   * @param inverted the condition of the images, given that of a drawing
   * @param start the start of the drawings, given x_T of each image
   */
  public static ImageDecoder first(
      ImageDecoder decoder,
      List<Image> images,
      UnaryOperator<ImageDecoder.Condition> inverted,
      Function<List<float[]>, Projection> start) {
    return (draws, settings, listener) -> {
      Draw<ImageDecoder.Condition> any = draws.get(0);
      List<float[]> noise =
          of(
              decoder,
              inverted.apply(any.condition()),
              images,
              settings,
              any.noise(),
              half(0, listener));
      Projection begin = start.apply(noise);
      return decoder.decode(
          draws.stream().map(draw -> draw.withProjection(begin)).toList(),
          settings,
          half(1, listener));
    };
  }

  /** Reports inversion (0) and drawing (1) as the two halves of one progress. */
  private static SamplingListener half(int half, SamplingListener listener) {
    return at -> {
      if (half == 0 || at.step() > 0) { // the end of the first half is the start of the second
        listener.onProgress(
            new SamplingListener.Progress(
                at.stage(), half * at.steps() + at.step(), 2 * at.steps(), at.x0()));
      }
    };
  }
}
