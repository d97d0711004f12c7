package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.diffusion.continuous.GaussianMixture;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.process.Transition;
import java.util.List;

/** A perfect network for numbers of a known mixture: ε̂ = −√(1−ᾱ_t)·score. */
record ExactDenoiser(ForwardProcess process, GaussianMixture data) implements Denoiser<String> {
  @Override
  public Parameterization parameterization() {
    return Parameterization.EPS;
  }

  @Override
  public List<Prediction> predict(List<Query<String>> queries) {
    return queries.stream().map(query -> Prediction.of(eps(query))).toList();
  }

  private float[] eps(Query<String> query) {
    Transition marginal = process.marginal((int) query.t());
    GaussianMixture noisy = data.after(marginal);
    float[] eps = new float[query.xt().length];
    for (int i = 0; i < eps.length; i++) {
      double score = noisy.score(new double[] {query.xt()[i]})[0];
      eps[i] = (float) (-Math.sqrt(marginal.variance()) * score);
    }
    return eps;
  }
}
// end snippet
