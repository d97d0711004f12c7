package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import java.util.List;

final class WithGuidance {
  /** Predicts with and without a text, and extrapolates in the direction of the text. */
  static Prediction predict(
      Denoiser<String> network, float[] xt, double t, String text, double guidanceScale) {
    var guided = new GuidedDenoiser<>(network);
    var condition = new Guidance<>(text, "", guidanceScale);
    return guided.predict(List.of(new Query<>(xt, t, condition))).get(0);
  }
}
// end snippet
