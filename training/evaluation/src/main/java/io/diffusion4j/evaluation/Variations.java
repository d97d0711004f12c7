package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.evaluation.Metric.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Whether variations of real pictures still show the concept of their originals: the share of
 * variations for which its name is the judge's first of all. The ceiling is the share of the
 * originals, and the floor that of variations of other originals.
 *
 * <p>Of each original there are {@value #EACH} variations; the first is named. The spread of the
 * judge's vectors of all, over that of as many real drawings of the thing in its first styles, is
 * how much they differ.
 *
 * @param originals the scenes of the real pictures, of one concept each
 * @param similarity the similarity to the original; empty for the model's default
 */
record Variations(Evaluation evaluation, PromptSet originals, OptionalDouble similarity, long seed)
    implements GeneratedMetric {
  private static final int EACH = 4;
  private static final int RESAMPLES = 1_000;

  @Override
  public String name() {
    return "variations";
  }

  @Override
  public GeneratedPictures pictures(
      ImagePipeline pipeline, Function<ImageTask, Map<String, SamplingSettings>> settings) {
    List<Image> real = evaluation.real(originals, pipeline.card().images().width());
    var first = new ImageTask.Variation(real.get(0), ImageTask.Words.NONE);
    double own = similarity.orElseGet(() -> pipeline.card().defaultSimilarity());
    return new VariationPictures(pipeline, settings.apply(first), real, own, EACH, seed);
  }

  @Override
  public List<Metric> measure(List<Image> generated) {
    Evaluation.requireOneEach(EACH * originals.size(), generated);
    var judge = Optional.of(evaluation.judge());
    List<Image> firsts = generated.subList(0, originals.size());
    Question first =
        Questions.retrieval(evaluation.judge(), evaluation.names()).get(0).named("variations r@1");
    List<MeasuredImage> real =
        MeasuredImage.of(evaluation.real(originals, generated.get(0).width()), judge);
    List<Metric> metrics = new ArrayList<>();
    evaluation.ask(first, originals, MeasuredImage.of(firsts, judge), real).ifPresent(metrics::add);
    metrics.add(spread(generated));
    return metrics;
  }

  private Metric spread(List<Image> generated) {
    double[] drawn = spreads(generated);
    double[] real = spreads(evaluation.render(drawings(), generated.get(0).width()));
    var bootstrap = new Bootstrap(RESAMPLES, seed);
    return new Metric(
        "variations, spread",
        Kind.RATIO,
        bootstrap.ratio(drawn, real, generated.size()),
        bootstrap.ratio(real, real, generated.size()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns the things of the originals in their first styles, in the order of the variations. */
  private List<Scene> drawings() {
    return IntStream.range(0, EACH * originals.size())
        .mapToObj(
            i -> {
              Scene scene = originals.scenes().get(i % originals.size());
              var styles = List.copyOf(scene.subject().concepts().get(0).icons().keySet());
              Style style = styles.get(i / originals.size() % styles.size());
              return Scene.of(scene.subject(), style, scene.background());
            })
        .toList();
  }

  /** Returns the spread of the pictures of each original. */
  private double[] spreads(List<Image> pictures) {
    List<float[]> vectors = evaluation.judge().images(pictures);
    return IntStream.range(0, originals.size())
        .mapToDouble(
            i ->
                Diversity.spread(
                    IntStream.range(0, EACH)
                        .mapToObj(k -> vectors.get(k * originals.size() + i))
                        .toList()))
        .toArray();
  }

  /**
   * A model's variations of pictures without a prompt, drawn one by one: one of each picture, then
   * another of each, and so on. The i-th variation has the i-th noise of the seed.
   *
   * @param settings the sampling settings by stage name
   * @param originals the pictures, of any size
   * @param similarity the similarity of the variations, in [0, 1]
   * @param each the number of variations of a picture
   */
  private record VariationPictures(
      ImagePipeline pipeline,
      Map<String, SamplingSettings> settings,
      List<Image> originals,
      double similarity,
      int each,
      long seed)
      implements GeneratedPictures {
    VariationPictures {
      Check.that(
          pipeline.card().tasks().contains(ImageTask.Kind.VARIATION),
          "model",
          pipeline.card().name(),
          "one that varies pictures");
      settings = Map.copyOf(settings);
      originals = List.copyOf(originals);
    }

    @Override
    public int size() {
      return each * originals.size();
    }

    @Override
    public List<Image> draw(int from, int to) {
      return IntStream.range(from, to)
          .mapToObj(
              i ->
                  pipeline.draw(
                      new ImageTask.Variation(
                          originals.get(i % originals.size()), ImageTask.Words.NONE, similarity),
                      settings,
                      List.of(new PhiloxNoise(seed, i)),
                      SamplingListener.NONE))
          .flatMap(List::stream)
          .toList();
    }
  }
}
