package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.ddpm.PixelScheduler;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.TableRounding;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Choices;
import io.diffusion4j.diffusion.stage.Course;
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
  static Stage prior(UnclipSchedulerConfig scheduler) {
    var treatment =
        scheduler.clipSample() ? X0Treatment.clip(scheduler.clipSampleRange()) : X0Treatment.NONE;
    int most = scheduler.trainTimesteps();
    return Stage.denoising(
            Prior.STAGE,
            new Course.Denoising(
                new CosineSchedule(most, TableRounding.FLOAT32),
                scheduler.spacing().timesteps(),
                treatment,
                new Choices(Samplers.standard(), "unclip", Math.min(PRIOR_STEPS, most))
                    .withSpacings(TimestepSpacings.standard())))
        .withScale(new Stage.Scale(GUIDANCE, MOST_GUIDANCE));
  }

  /**
   * Returns the decoder.
   *
   * @param usual the size of its pictures by default
   * @param unit the number that divides the sides of pictures
   */
  static Stage decoder(PixelScheduler scheduler, Pixels usual, int unit) {
    var ddim = new DdimSampler(0, EpsSource.NETWORK, DdimSampler.Stride.WHOLE, scheduler.end());
    String usualSampler = scheduler.ancestralSampler();
    var ddpm = new DdpmSampler(scheduler.variance(), DdpmSampler.Last.NOISY_ABOVE_ZERO);
    int steps = Math.min(DECODER_STEPS, scheduler.trainTimesteps());
    return Stage.denoising(
            ImageDecoder.STAGE,
            new Course.Denoising(
                scheduler.schedule(),
                scheduler.timesteps(),
                scheduler.treatment(),
                new Choices(Samplers.standard(), usualSampler, steps)
                    .withSampler(usualSampler, ddpm)
                    .withSampler("ddim-diffusers", ddim)
                    .withSpacings(TimestepSpacings.standard())
                    .withTreatments(X0Treatment.standard())))
        .withScale(new Stage.Scale(GUIDANCE, MOST_GUIDANCE))
        .withDraws(usual)
        .withReuse(true)
        .withSizes(new Sizes(unit, Math.max(unit, MOST_PIXELS)));
  }
}
