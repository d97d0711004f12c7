package io.diffusion4j.plots;

/**
 * An axis of a chart.
 *
 * @param label its quantity, with the unit
 * @param isLogarithmic whether the scale is logarithmic; values that are not above 0 are left out
 */
public record Axis(String label, boolean isLogarithmic) {
  /** Returns a linear axis. */
  public static Axis linear(String label) {
    return new Axis(label, false);
  }

  /** Returns a logarithmic axis. */
  public static Axis logarithmic(String label) {
    return new Axis(label, true);
  }

  boolean shows(double value) {
    return Double.isFinite(value) && (value > 0 || !isLogarithmic);
  }
}
