package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.benchmarks.report.RunCount;
import io.diffusion4j.decoder.DecoderCondition;
import io.diffusion4j.decoder.classifier.ClassifierConfig;
import io.diffusion4j.decoder.classifier.ClassifierModel;
import io.diffusion4j.decoder.classifier.Pool;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.unet.UnetLayout;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.GradientGuidance;
import io.diffusion4j.diffusion.guidance.GradientGuidedDenoiser;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.util.List;
import java.util.function.Consumer;

/**
 * Measures one call of a decoder's denoiser with the gradient of a classifier of pictures of its
 * size: 64, 128 and 256 channels, two residual blocks a level, attention at the lower two. Its
 * fraction is the time of the call without the gradient, divided by the time with the gradient.
 */
public final class GuidedStepBenchmark {
  private static final long SEED = 20_260_102;
  private static final int CLASSES = 10;

  private GuidedStepBenchmark() {}

  /** Measures a row for each precision and batch. */
  public static void measure(
      DecoderSubject subject, List<Integer> batches, RunCount pace, Consumer<Row> rows) {
    for (Precision precision : Precision.FLOATING) {
      var compute = Compute.of(precision).withEngine(Engines.asked());
      try (var model = subject.loader().apply(compute);
          var classifier =
              ClassifierModel.random(classifier(subject.config().sampleSize()), SEED, compute)) {
        var plain = model.denoiser();
        var guided = GradientGuidedDenoiser.byStep(plain, classifier);
        for (int batch : batches) {
          var queries = DecoderBenchmark.queries(subject, batch);
          var judged = queries.stream().map(GuidedStepBenchmark::judged).toList();
          double without = pace.median(() -> plain.predict(queries));
          double with = pace.median(() -> guided.predict(judged));
          rows.accept(
              Row.of("decoder " + subject.name() + ", guided", batch, precision)
                  .with(Figure.MILLISECONDS, with)
                  .with(Figure.FRACTION, without / with));
        }
      }
    }
  }

  private static Query<GradientGuidance<DecoderCondition, Integer>> judged(
      Query<DecoderCondition> query) {
    return new Query<>(query.xt(), query.t(), new GradientGuidance<>(query.condition(), 1, 1.0));
  }

  private static ClassifierConfig classifier(int size) {
    var unet =
        UnetConfig.openAi(
            UnetLayout.OPENAI_BY_KIND,
            size,
            3,
            ConcatConditioning.NOTHING,
            3,
            64,
            List.of(1.0, 2.0, 4.0),
            List.of(2, 4),
            2,
            LevelChange.RESIDUAL_BLOCK,
            TimeConditioning.SCALE_SHIFT,
            Heads.ofWidth(32),
            0,
            0,
            32);
    return new ClassifierConfig(unet, CLASSES, Pool.ATTENTION);
  }
}
