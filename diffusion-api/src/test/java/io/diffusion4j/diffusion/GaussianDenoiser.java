package io.diffusion4j.diffusion;

import io.diffusion4j.diffusion.sampling.GaussianData;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import java.util.List;

/** The perfect network for normal data, which is what it is conditioned on. */
record GaussianDenoiser(NoiseSchedule schedule, Parameterization parameterization)
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
