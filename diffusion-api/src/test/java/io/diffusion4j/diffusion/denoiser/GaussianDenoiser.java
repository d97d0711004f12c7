package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.solver.GaussianData;
import java.util.List;

/** The perfect network for normal data; the condition is the distribution. */
public record GaussianDenoiser(NoiseSchedule schedule, Parameterization parameterization)
    implements Denoiser<GaussianData> {
  @Override
  public List<Prediction> predict(List<Query<GaussianData>> queries) {
    return queries.stream()
        .map(
            query ->
                query
                    .condition()
                    .predict(query.xt(), schedule.alphaBar((int) query.t()), parameterization))
        .toList();
  }
}
