package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.evaluate.LikelihoodOptions.Measured;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.continuous.Likelihood;
import io.diffusion4j.diffusion.continuous.Likelihood.Result;
import io.diffusion4j.diffusion.continuous.PictureFlow;
import io.diffusion4j.diffusion.continuous.RungeKutta;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood.Example;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j likelihood}: measures the likelihood of pictures by the probability flow. */
@Command(
    name = "likelihood",
    description =
        "Estimate the likelihood of pictures under a DDPM or a model's decoder with "
            + "the probability flow ODE, in bits per dimension.",
    footer = {
      "",
      "Each picture is dequantized with uniform noise and integrated along the "
          + "probability flow to noise. The divergence is estimated with one random "
          + "vector of signs (Hutchinson's estimator). The result estimates the "
          + "likelihood itself, whereas nll gives an upper bound.",
      "Example:",
      "  diffusion4j likelihood --model my-ddpm --images pictures"
    })
public final class LikelihoodCommand implements Callable<Integer> {
  /** The solvers by their names on the command line. */
  enum Method {
    euler(RungeKutta.EULER),
    heun(RungeKutta.HEUN),
    rk4(RungeKutta.CLASSICAL);

    final RungeKutta method;

    Method(RungeKutta method) {
      this.method = method;
    }
  }

  @Mixin private Console console = new Console();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "25",
      description =
          "The number of solver steps, equally spaced in ln SNR. Default: ${DEFAULT-VALUE}")
  private int steps;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      defaultValue = "rk4",
      description = "The ODE solver: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Method method = Method.rk4;

  @Mixin private CommonOptions.Batch batch = new CommonOptions.Batch(8);

  @Mixin private LikelihoodOptions options = new LikelihoodOptions();

  @Override
  public Integer call() {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    batch.size();
    Measured measured = options.measured();
    console.say("loading " + options.folder());
    try (var likelihood = options.open()) {
      var report =
          new LikelihoodReport(
              measured,
              likelihood.width(),
              likelihood.height(),
              steps,
              method.name(),
              results(likelihood, measured));
      report.print(console.out());
      options.json().ifPresent(report::write);
    }
    return 0;
  }

  private List<Likelihood.Result> results(PictureLikelihood likelihood, Measured measured) {
    List<Likelihood.Result> results = new ArrayList<>();
    int calls = Math.multiplyExact(steps, method.method.calls());
    int batches = (measured.count() + batch.size() - 1) / batch.size();
    try (var bar = console.bars().bar("likelihood", 0, (long) batches * calls)) {
      for (int from = 0; from < measured.count(); from += batch.size()) {
        List<Example> examples = new ArrayList<>();
        List<NoiseSource> noise = new ArrayList<>();
        for (int i = from; i < Math.min(from + batch.size(), measured.count()); i++) {
          examples.add(measured.example(i));
          noise.add(new PhiloxNoise(measured.seed(), i));
        }
        long before = (long) (from / batch.size()) * calls;
        results.addAll(
            likelihood.flow(
                examples, steps, method.method, noise, done -> bar.at(before + done, "")));
      }
    }
    return results;
  }

  /** The results of the probability flow, as means over pictures. */
  private record LikelihoodReport(
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
              .mapToDouble(
                  r -> DoubleStream.of(r.latent()).map(v -> v * v).average().orElseThrow()));
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
}
