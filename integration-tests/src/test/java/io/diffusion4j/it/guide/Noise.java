package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.diffusion.continuous.EulerMaruyama;
import io.diffusion4j.diffusion.continuous.OrnsteinUhlenbeck;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.process.Transition;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import java.util.Arrays;

final class Noise {
  /** Runs the steps 0 to t, which give the same Gaussian as the marginal. */
  static Transition stepByStep(int t) {
    var process = new ForwardProcess(new LinearSchedule(1000));
    Transition chain = process.step(0);
    for (int s = 1; s <= t; s++) {
      chain = chain.then(process.step(s));
    }
    return chain; // process.marginal(t)
  }

  /** Samples that all begin at 3, after a time in the Ornstein–Uhlenbeck process. */
  static double[] diffuse(int samples, double time) {
    double[] x = new double[samples];
    Arrays.fill(x, 3);
    var process = new OrnsteinUhlenbeck(1);
    return new EulerMaruyama(200).follow(process, x, 0, time, new PhiloxNoise(0, 0));
  }
}
// end snippet
