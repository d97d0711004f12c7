package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.evaluate.LikelihoodOptions.Measured;
import io.diffusion4j.diffusion.loss.BitsPerDimension.Bound;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The measurements, as means over pictures. */
record NllReport(
    Measured measured, int width, int height, Timesteps timesteps, List<Bound> bounds) {
  NllReport {
    bounds = List.copyOf(bounds);
  }

  private double mean(ToDoubleFunction<Bound> of) {
    return bounds.stream().mapToDouble(of).average().orElseThrow();
  }

  private List<Double> terms() {
    return IntStream.range(0, steps()).mapToObj(i -> mean(bound -> bound.terms()[i])).toList();
  }

  private MeanOf bits() {
    return MeanOf.of(bounds.stream().mapToDouble(Bound::total));
  }

  private int steps() {
    return bounds.get(0).terms().length;
  }

  void print(PrintWriter out) {
    out.printf("bits per dimension: %s%n", bits());
    out.printf(Locale.ROOT, "  L_T         %.6f%n", mean(Bound::prior));
    out.printf(
        Locale.ROOT,
        "  L_t         %.6f, the mean of %d%n",
        mean(Bound::meanDivergence),
        steps() - 1);
    out.printf(Locale.ROOT, "  L_0         %.6f%n", mean(Bound::decoder));
    out.println(measured.words(width, height));
    out.flush();
  }

  void write(Path file) {
    measured
        .json(width, height)
        .put("steps", steps())
        .put("bits_per_dimension", bits().mean())
        .put("standard_error", bits().knownError())
        .put("prior", mean(Bound::prior))
        .put("mean_divergence", mean(Bound::meanDivergence))
        .put("decoder", mean(Bound::decoder))
        .put(BoundTerms.TIMESTEPS, timesteps.values())
        .put(BoundTerms.TERMS, terms())
        .put("each", bounds.stream().map(Bound::total).toList())
        .write(file);
  }
}
