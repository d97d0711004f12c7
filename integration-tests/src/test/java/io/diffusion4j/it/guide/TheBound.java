package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.loss.LossType;
import io.diffusion4j.diffusion.loss.MeanType;
import io.diffusion4j.diffusion.loss.ReverseProcess;
import io.diffusion4j.diffusion.loss.TrainingLoss;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.schedule.LinearSchedule;

final class TheBound {
  /** The simple loss of one prediction of the noise, and its term of the bound. */
  static TrainingLoss.Terms terms(int t, float[] x0, float[] eps, float[] predicted) {
    var process =
        new ReverseProcess(new LinearSchedule(1000), MeanType.EPS, VarianceType.FIXED_SMALL);
    float[] xt = process.step(t).noised(x0, eps);
    var loss = new TrainingLoss(process, LossType.MSE, Weighting.SIMPLE);
    return loss.of(x0, eps, xt, t, Prediction.of(predicted));
  }
}
// end snippet
