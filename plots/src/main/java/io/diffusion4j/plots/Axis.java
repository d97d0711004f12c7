package io.diffusion4j.plots;

/**
 * An axis of a chart.
 *
 * @param label what it shows, with the unit
 * @param scale how values are laid out along it
 */
public record Axis(String label, Scale scale) {
  /** How values are laid out. */
  public enum Scale {
    LINEAR,
    /** By their logarithm; values that are not above 0 cannot be shown. */
    LOGARITHMIC;

    boolean shows(double value) {
      return Double.isFinite(value) && (this == LINEAR || value > 0);
    }
  }

  /** A linear axis. */
  public static Axis linear(String label) {
    return new Axis(label, Scale.LINEAR);
  }

  /** A logarithmic axis. */
  public static Axis logarithmic(String label) {
    return new Axis(label, Scale.LOGARITHMIC);
  }
}
