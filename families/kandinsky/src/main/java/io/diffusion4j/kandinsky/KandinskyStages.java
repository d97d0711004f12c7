package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.Sizes;
import io.diffusion4j.diffusion.stage.Stage;

/** The published sampling settings of Kandinsky's two stages, and the options of requests. */
final class KandinskyStages {
  private static final int PRIOR_STEPS = 25;
  private static final int DECODER_STEPS = 100;
  private static final double GUIDANCE = 4;
  private static final double MOST_GUIDANCE = 30;

  /** The largest side of a picture, in pixels. */
  private static final int MOST_PIXELS = 1024;

  private KandinskyStages() {}

  /** Returns the diffusion prior. */
  static Stage prior(SchedulerConfig scheduler) {
    return Stage.denoising(Prior.STAGE, scheduler.course(PRIOR_STEPS))
        .withScale(new Stage.Scale(GUIDANCE, MOST_GUIDANCE));
  }

  /**
   * Returns the decoder.
   *
   * @param usual the size of its pictures by default
   * @param unit the number that divides the sides of pictures
   */
  static Stage decoder(SchedulerConfig scheduler, Pixels usual, int unit) {
    return Stage.denoising(ImageDecoder.STAGE, scheduler.course(DECODER_STEPS))
        .withScale(new Stage.Scale(GUIDANCE, MOST_GUIDANCE))
        .withDraws(usual)
        .withReuse(true)
        .withSizes(new Sizes(unit, Math.max(unit, MOST_PIXELS)));
  }
}
