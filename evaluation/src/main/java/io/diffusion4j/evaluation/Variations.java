package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Whether variations of real pictures still show the concept of their originals: the share of
 * variations for which its name is the judge's first of all core concepts. The ceiling is the share
 * of the originals, and the floor that of variations of other originals.
 *
 * @param originals the scenes of the real pictures, of one concept each
 * @param likeness of the variations; empty for the model's usual one
 */
record Variations(Evaluation evaluation, PromptSet originals, OptionalDouble likeness, long seed)
    implements FurtherMetric {
  @Override
  public String name() {
    return "variations";
  }

  @Override
  public PictureList pictures(
      ImagePipeline pipeline, Function<ImageTask, Map<String, SamplingSettings>> settings) {
    List<Image> real = evaluation.real(originals, pipeline.card().images().width());
    var first = new ImageTask.Variation(real.get(0), ImageTask.Words.NONE);
    double own = likeness.orElseGet(() -> pipeline.card().usualLikeness());
    return new VariationPictures(pipeline, settings.apply(first), real, own, seed);
  }

  @Override
  public List<Metric> measure(List<Image> generated) {
    Evaluation.requireOneEach(originals.size(), generated);
    var judge = Optional.of(evaluation.judge());
    Question first = Questions.retrieval(evaluation.judge()).get(0).named("variations r@1");
    List<Reading> real = Reading.of(evaluation.real(originals, generated.get(0).width()), judge);
    return evaluation.ask(first, originals, Reading.of(generated, judge), real).stream().toList();
  }
}
