package io.diffusion4j.benchmarks.report;

/** A measured quantity, with its format and its name in JSON. */
public enum Figure {
  /** The median of the runs. */
  MILLISECONDS("ms", "milliseconds", "%.2f"),
  /** 10⁹ floating-point operations per second; a multiplication and an addition are two. */
  GFLOPS("GFLOP/s", "gflops", "%.1f"),
  /** A ratio within one run, such as of the speed of a network to the convolution peak. */
  FRACTION("fraction", "fraction", "%.3f"),
  /** Bytes that a sampler's step allocates, relative to the bytes of its result. */
  ALLOCATED("allocated", "allocated", "%.3f"),
  IMAGES_PER_SECOND("images/s", "images_per_second", "%.2f"),
  MEBIBYTES("MiB", "mebibytes", "%.0f");

  private final String header;
  private final String key;
  private final String format;

  Figure(String header, String key, String format) {
    this.header = header;
    this.key = key;
    this.format = format;
  }

  /** Returns the unit, the header of the column. */
  public String header() {
    return header;
  }

  String key() {
    return key;
  }

  String print(double value) {
    return String.format(java.util.Locale.ROOT, format, value);
  }
}
