package io.diffusion4j.diffusion.denoiser;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.ConsistencySchedule;
import java.util.ArrayList;
import java.util.List;

/**
 * A published consistency model as a network that predicts x₀ (Y. Song et al. 2023, app. C): x̂₀ =
 * c_skip·x̃ + c_out·F with x̃ = x/√ᾱ, c_skip = σ_d²/((σ−σ_min)²+σ_d²) and c_out =
 * (σ−σ_min)·σ_d/√(σ²+σ_d²).
 *
 * @param inner the network F, which scales its sample and time by the schedule
 * @param schedule the levels of the timesteps
 */
public record ConsistencyDenoiser<C>(Denoiser<C> inner, ConsistencySchedule schedule)
    implements Denoiser<C> {
  @Override
  public Parameterization parameterization() {
    return Parameterization.X0;
  }

  @Override
  public List<Prediction> predict(List<Query<C>> queries) {
    List<Prediction> answers = inner.predict(queries);
    List<Prediction> clean = new ArrayList<>(queries.size());
    for (int row = 0; row < queries.size(); row++) {
      Query<C> query = queries.get(row);
      double sigma = schedule.sigma(query.t());
      double above = sigma - schedule.sigmaMin();
      double data = schedule.sigmaData() * schedule.sigmaData();
      double skip = data / (above * above + data) * sqrt(1 + sigma * sigma);
      double out = above * schedule.sigmaData() / sqrt(sigma * sigma + data);
      float[] f = answers.get(row).output();
      float[] x0 = new float[f.length];
      for (int i = 0; i < x0.length; i++) {
        x0[i] = (float) (skip * query.xt()[i] + out * f[i]);
      }
      clean.add(Prediction.of(x0));
    }
    return clean;
  }
}
