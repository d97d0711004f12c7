package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.sampling.PlanRow;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.Samplers;

/** Rows of plans, for the tests of denoisers. */
final class Rows {
  /** The last of ten. */
  static final PlanRow LAST =
      new PlanRow(
          Samplers.standard()
              .named("ddim")
              .plan(new LinearSchedule(1000), TimestepSpacings.UNCLIP.of(1000, 10)),
          9);

  private Rows() {}
}
