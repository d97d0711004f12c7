package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.evaluate.LikelihoodOptions.Measured;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.loss.BitsPerDimension.Bound;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import io.diffusion4j.diffusion.schedule.SectionSpacing;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j nll}: measures the likelihood of pictures under a model. */
@Command(
    name = "nll",
    description =
        "Measure the negative log-likelihood of pictures under a DDPM or a model's "
            + "decoder, in bits per dimension.",
    footer = {
      "",
      "The result is the variational bound: an upper bound on the negative "
          + "log-likelihood of the 8-bit pixels, at the network's resolution. A decoder "
          + "is conditioned on each picture's CLIP embedding and caption. For an "
          + "estimate of the likelihood itself, use the command likelihood.",
      "Examples:",
      "  diffusion4j nll --count 8 --steps 100 --json nll.json",
      "  diffusion4j nll --model my-ddpm --images pictures"
    })
public final class NllCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Option(
      names = "--steps",
      paramLabel = "SPEC",
      defaultValue = "",
      description =
          "The timesteps to visit: a number such as 100, section counts such as "
              + "10,10,3,2,2, ddimN or fast27. Fewer timesteps are faster but give a looser "
              + "bound. Default: all training timesteps")
  private String steps = "";

  @Mixin private LikelihoodOptions options = new LikelihoodOptions();

  @Override
  public Integer call() {
    Measured measured = options.measured();
    console.say("loading " + options.folder());
    try (var likelihood = options.open()) {
      Timesteps timesteps = timesteps(likelihood.trainSteps());
      var report =
          new NllReport(
              measured,
              likelihood.width(),
              likelihood.height(),
              timesteps,
              bounds(likelihood, measured, timesteps));
      report.print(console.out());
      options.json().ifPresent(report::write);
    }
    return 0;
  }

  private Timesteps timesteps(int trainSteps) {
    Timesteps chosen = SectionSpacing.parse(trainSteps, steps);
    Check.that(chosen.size() >= 2, "steps", steps, "at least 2");
    return chosen;
  }

  private List<Bound> bounds(PictureLikelihood likelihood, Measured measured, Timesteps timesteps) {
    List<Bound> bounds = new ArrayList<>();
    try (var bar = console.bars().bar("nll", 0, (long) measured.count() * timesteps.size())) {
      for (int i = 0; i < measured.count(); i++) {
        long before = (long) i * timesteps.size();
        String soFar = soFar(bounds);
        bounds.add(
            likelihood.bound(
                measured.example(i),
                timesteps,
                new PhiloxNoise(measured.seed(), i),
                done -> bar.at(before + done, soFar)));
      }
    }
    return bounds;
  }

  private static String soFar(List<Bound> bounds) {
    return bounds.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            "%.3f bits per dimension",
            bounds.stream().mapToDouble(Bound::total).average().orElseThrow());
  }

  /** The measurements, as means over pictures. */
  private record NllReport(
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
}
