package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.evaluate.LikelihoodOptions.Measured;
import io.diffusion4j.diffusion.continuous.Likelihood.Result;
import io.diffusion4j.diffusion.continuous.PictureFlow;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;

/** The results of the probability flow, as means over pictures. */
record LikelihoodReport(
    Measured measured, int width, int height, int steps, String method, List<Result> results) {
  LikelihoodReport {
    results = List.copyOf(results);
  }

  private DoubleStream bits() {
    return results.stream().mapToDouble(r -> r.bitsPerDimension(PictureFlow.LEVEL));
  }

  /**
   * Returns the mean square of the values at the end of the flow, which is 1 for standard normal
   * values.
   */
  private MeanOf latentVariance() {
    return MeanOf.of(
        results.stream()
            .mapToDouble(r -> DoubleStream.of(r.latent()).map(v -> v * v).average().orElseThrow()));
  }

  void print(PrintWriter out) {
    out.printf("bits per dimension: %s%n", MeanOf.of(bits()));
    out.printf(
        "  noise reached: variance %s, 1 where the flow is followed well%n", latentVariance());
    out.println(measured.words(width, height));
    out.flush();
  }

  void write(Path file) {
    MeanOf mean = MeanOf.of(bits());
    measured
        .json(width, height)
        .put("steps", steps)
        .put("method", method)
        .put("bits_per_dimension", mean.mean())
        .put("standard_error", mean.knownError())
        .put("latent_variance", latentVariance().mean())
        .put("each", bits().boxed().toList())
        .write(file);
  }
}
