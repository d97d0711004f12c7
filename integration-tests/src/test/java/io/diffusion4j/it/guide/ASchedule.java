package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/** The signal falls in a straight line: √ᾱ_t = 1 − (t + 1) / (T + 1). */
record ASchedule(int steps) implements NoiseSchedule {
  @Override
  public double alphaBar(int t) {
    double signal = 1 - (t + 1.0) / (steps + 1);
    return signal * signal;
  }
}
// end snippet
