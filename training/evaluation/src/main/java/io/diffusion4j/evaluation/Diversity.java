package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.evaluation.Metric.Kind;
import io.diffusion4j.evaluation.OpenPrompts.Prompt;
import io.diffusion4j.evaluation.judge.EvaluationModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * How much pictures of the same prompt differ, relative to real pictures of the prompt.
 *
 * <p>The spread of n pictures is the mean distance of their vectors to the mean vector, S = 1/n ·
 * Σᵢ ‖vᵢ − v̄‖ with v̄ = 1/n · Σᵢ vᵢ, where vᵢ is the judge's vector of picture i. The diversity is
 * the sum of the spreads of all prompts over that of as many real pictures. It is 0 if each prompt
 * has only one picture, and below 1 if the model favours a few of the concepts.
 *
 * <p>Pictures of anything else are diverse as well. So the share of pictures that the judge
 * recognises as one of the concepts that the prompt allows belongs to it.
 *
 * <p>The difference of pixels is the root mean square of RGB in [0, 1] between each two of the
 * first four pictures of a prompt.
 */
record Diversity(Evaluation evaluation, String name, OpenPrompts prompts, long seed)
    implements GeneratedMetric {
  private static final int RESAMPLES = 1_000;

  /** The number of pictures of a prompt whose pixels are compared. */
  private static final int COMPARED = 4;

  @Override
  public GeneratedPictures pictures(
      ImagePipeline pipeline, Function<ImageTask, Map<String, SamplingSettings>> settings) {
    List<String> texts = prompts.texts();
    return new PromptPictures(pipeline, settings.apply(ImageTask.of(texts.get(0))), texts, seed);
  }

  @Override
  public List<Metric> measure(List<Image> generated) {
    Evaluation.requireOneEach(prompts.size(), generated);
    int size = generated.get(0).width();
    EvaluationModel judge = evaluation.judge();
    List<float[]> ofModel = judge.images(generated);
    List<Image> real = evaluation.render(scenes(Prompt::scenes), size);
    List<float[]> ofReal = judge.images(real);
    List<float[]> ofOthers = judge.images(evaluation.render(scenes(Prompt::others), size));
    double[] reference = spreads(ofReal);
    var names = new Names(judge, evaluation.names().concepts());
    var bootstrap = new Bootstrap(RESAMPLES, seed);
    return List.of(
        new Metric(
            name,
            Kind.RATIO,
            bootstrap.ratio(spreads(ofModel), reference, prompts.size()),
            bootstrap.ratio(spreads(ofOthers), reference, prompts.size()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        new Metric(
            name + ", right kind",
            Kind.SHARE,
            bootstrap.mean(ofTheKind(names, ofModel, 0)),
            bootstrap.mean(ofTheKind(names, ofReal, 0)),
            prompts.prompts().size() == 1
                ? Optional.empty()
                : Optional.of(bootstrap.mean(ofTheKind(names, ofModel, 1))),
            Optional.empty(),
            Optional.empty()),
        new Metric(
            name + ", pixels",
            Kind.SIMILARITY,
            bootstrap.mean(differences(generated)),
            bootstrap.mean(differences(real)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  /** Returns the mean difference of each two of the first pictures of each prompt. */
  private double[] differences(List<Image> pictures) {
    return IntStream.range(0, prompts.prompts().size())
        .mapToDouble(prompt -> difference(pictures, prompt * OpenPrompts.PICTURES))
        .toArray();
  }

  private static double difference(List<Image> pictures, int from) {
    List<float[]> few =
        pictures.subList(from, from + COMPARED).stream().map(Image::pixels).toList();
    return IntStream.range(0, COMPARED)
        .boxed()
        .flatMap(
            i -> few.subList(i + 1, COMPARED).stream().map(b -> Drawings.meanSquare(few.get(i), b)))
        .mapToDouble(square -> Math.sqrt(square) / 2) // pixels are in [−1, 1]
        .average()
        .orElseThrow();
  }

  private List<Scene> scenes(Function<Prompt, List<Scene>> of) {
    return prompts.prompts().stream().map(of).flatMap(List::stream).toList();
  }

  /** Returns the mean distance of vectors to their mean. */
  static double spread(List<float[]> vectors) {
    double[] mean = new double[vectors.get(0).length];
    for (float[] vector : vectors) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += vector[i] / (double) vectors.size();
      }
    }
    double sum = 0;
    for (float[] vector : vectors) {
      double square = 0;
      for (int i = 0; i < mean.length; i++) {
        square += (vector[i] - mean[i]) * (vector[i] - mean[i]);
      }
      sum += Math.sqrt(square);
    }
    return sum / vectors.size();
  }

  /** Returns the spread of each prompt's pictures. */
  private double[] spreads(List<float[]> vectors) {
    return IntStream.range(0, prompts.prompts().size())
        .mapToDouble(
            i -> spread(vectors.subList(i * OpenPrompts.PICTURES, (i + 1) * OpenPrompts.PICTURES)))
        .toArray();
  }

  /**
   * Returns 1 for each picture whose first name is one that its prompt allows, and 0 for others.
   *
   * @param shift the number of prompts between a picture and the prompt that it is compared with
   */
  private double[] ofTheKind(Names names, List<float[]> vectors, int shift) {
    return IntStream.range(0, vectors.size())
        .mapToDouble(
            i -> {
              int prompt = (i / OpenPrompts.PICTURES + shift) % prompts.prompts().size();
              String word = prompts.prompts().get(prompt).word();
              Concept first = names.first(vectors.get(i));
              return Captioner.named(first).equals(word)
                      || Captioner.hypernyms(first).contains(word)
                  ? 1
                  : 0;
            })
        .toArray();
  }

  /** The names of all concepts that the judge knows. */
  private static final class Names {
    private final List<Concept> concepts;
    private final List<float[]> vectors;

    Names(EvaluationModel judge, List<Concept> concepts) {
      this.concepts = concepts;
      vectors = judge.texts(concepts.stream().map(Captioner::named).toList());
    }

    /** Returns the concept whose name is nearest to a picture. */
    Concept first(float[] picture) {
      int first = 0;
      for (int i = 1; i < vectors.size(); i++) {
        if (Vectors.dot(picture, vectors.get(i)) > Vectors.dot(picture, vectors.get(first))) {
          first = i;
        }
      }
      return concepts.get(first);
    }
  }
}
