package io.diffusion4j.cli.evaluate;

import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.diffusion.loss.BitsPerDimension.Bound;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What was measured, as means over pictures. */
record NllReport(
    String model, String digest, String pictures, long seed, int size, List<Bound> bounds) {
  NllReport {
    bounds = List.copyOf(bounds);
  }

  private double mean(ToDoubleFunction<Bound> of) {
    return bounds.stream().mapToDouble(of).average().orElseThrow();
  }

  double bitsPerDimension() {
    return mean(Bound::total);
  }

  /** The standard deviation of that mean; NaN for a single picture, which says nothing of it. */
  double standardError() {
    double mean = bitsPerDimension();
    double squares = bounds.stream().mapToDouble(b -> Math.pow(b.total() - mean, 2)).sum();
    return Math.sqrt(squares / (bounds.size() - 1) / bounds.size());
  }

  private int steps() {
    return bounds.get(0).terms().length;
  }

  void print(PrintWriter out) {
    String error = bounds.size() == 1 ? "" : String.format(Locale.ROOT, " ± %.4f", standardError());
    out.printf(Locale.ROOT, "bits per dimension: %.4f%s%n", bitsPerDimension(), error);
    out.printf(Locale.ROOT, "  L_T         %.6f%n", mean(Bound::prior));
    out.printf(
        Locale.ROOT,
        "  L_t         %.6f, the mean of %d%n",
        mean(Bound::meanDivergence),
        steps() - 1);
    out.printf(Locale.ROOT, "  L_0         %.6f%n", mean(Bound::decoder));
    out.printf(
        Locale.ROOT,
        "%s: %d of %d×%d pixels, seed %d%n",
        pictures,
        bounds.size(),
        size,
        size,
        seed);
    out.flush();
  }

  void write(Path file) {
    double error = standardError();
    ConfigWriter.nested()
        .put("model", model)
        .put("digest", digest)
        .put("pictures", pictures)
        .put("seed", seed)
        .put("image_size", size)
        .put("image_count", bounds.size())
        .put("steps", steps())
        .put("bits_per_dimension", bitsPerDimension())
        .put("standard_error", Double.isNaN(error) ? null : error)
        .put("prior", mean(Bound::prior))
        .put("mean_divergence", mean(Bound::meanDivergence))
        .put("decoder", mean(Bound::decoder))
        .put("each", bounds.stream().map(Bound::total).toList())
        .write(file);
  }
}
