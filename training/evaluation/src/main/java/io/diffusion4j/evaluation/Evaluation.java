package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.NamedColor;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.SceneSplit;
import io.diffusion4j.emoji.scene.Subject;
import io.diffusion4j.evaluation.Metric.Kind;
import io.diffusion4j.evaluation.NearestTraining.Match;
import io.diffusion4j.evaluation.PromptSet.Prompt;
import io.diffusion4j.evaluation.judge.CloseUp;
import io.diffusion4j.evaluation.judge.EvaluationModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.function.Predicate;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;

/**
 * Measures the pictures that a model drew for a {@link PromptSet}, in comparison with real pictures
 * of the same scenes (the ceiling) and with the same pictures under shuffled captions (the floor).
 *
 * <p>Some metrics have another floor or ceiling. For the fidelity of a picture of one thing, the
 * ceiling is the real drawing moved by two pixels, which is hardly visible, and the floor is
 * another concept in its place. The floor of the Fréchet distance is that of empty backgrounds. The
 * distance to the nearest training picture has no floor, as a repeated training picture scores 0.
 *
 * <p>{@link #diversity} and {@link #variations} are measured on pictures of their own.
 */
public final class Evaluation {
  private static final int SPRITE_SIZE = 128;
  private static final int RESAMPLES = 1_000;

  /** The number of samples, small because each decomposes a matrix. */
  private static final int FRECHET_RESAMPLES = 40;

  /** The offset in pixels of the fidelity's ceiling. */
  private static final int MOVED = 2;

  private final ConceptSet concepts;
  private final SceneMix scenes;
  private final SceneRenderer renderer;
  private final Optional<EvaluationModel> judge;
  private final List<Question> questions;
  private final long seed;

  /**
   * Creates an evaluation of pictures of some concepts.
   *
   * @param scenes the scenes that the model is made for
   * @param judge if empty, the metrics that need it are left out: retrieval, the judge's fidelity
   *     and the Fréchet distance; a {@link GeneratedMetric} can be drawn, but not measured
   * @param seed the seed of the reference pictures, of the shuffling and of the intervals
   */
  public Evaluation(
      ConceptSet concepts, SceneMix scenes, Optional<EvaluationModel> judge, long seed) {
    this.concepts = concepts;
    this.scenes = scenes;
    this.judge = judge;
    this.seed = seed;
    this.renderer =
        new SceneRenderer(Sprites.load(concepts, EnumSet.allOf(Style.class), SPRITE_SIZE));
    var drawings = new Drawings(renderer);
    questions =
        new ArrayList<>(
            List.of(
                Questions.BACKGROUND,
                Questions.COUNT,
                Questions.SIZE,
                Questions.relation(drawings),
                Questions.style(drawings)));
    judge.ifPresent(there -> questions.addAll(Questions.retrieval(there, names())));
  }

  /** Returns real pictures of the scenes. */
  public List<Image> real(PromptSet prompts, int imageSize) {
    return render(prompts.scenes(), imageSize);
  }

  List<Image> render(List<Scene> all, int imageSize) {
    return all.stream().map(scene -> renderer.render(scene, imageSize)).toList();
  }

  /**
   * Measures pictures.
   *
   * @param generated a picture for each prompt, all of one size, square
   */
  public Result measure(PromptSet prompts, List<Image> generated) {
    requireOneEach(prompts.size(), generated);
    int size = generated.get(0).width();
    List<Image> real = real(prompts, size);
    List<MeasuredImage> ofModel = MeasuredImage.of(generated, judge);
    List<MeasuredImage> ofReal = MeasuredImage.of(real, judge);
    List<Metric> metrics = new ArrayList<>();
    for (Question question : questions) {
      ask(question, prompts, ofModel, ofReal).ifPresent(metrics::add);
    }
    int[] single = indices(prompts, p -> p.scene().subject() instanceof Subject.Single);
    if (single.length > 0) {
      metrics.addAll(fidelity(prompts, single, ofModel, ofReal));
    }
    if (judge.isPresent() && prompts.size() >= 4) {
      metrics.add(frechet(judge.get(), prompts, ofModel, ofReal, size));
    }
    if (single.length > 0) {
      metrics.add(
          nearest(pick(prompts.prompts(), single), pick(generated, single), pick(real, single)));
    }
    boolean[][] answers = new boolean[questions.size()][prompts.size()];
    for (int q = 0; q < answers.length; q++) {
      for (int i = 0; i < prompts.size(); i++) {
        answers[q][i] = agrees(questions.get(q), prompts.scenes().get(i), ofModel.get(i));
      }
    }
    return new Result(prompts, generated, real, questions, answers, metrics);
  }

  /**
   * Returns the metric of how much the pictures of one prompt differ, and whether they show what
   * the prompt allows.
   *
   * @param prompts the number of prompts, each with {@value OpenPrompts#PICTURES} pictures
   * @throws IllegalArgumentException if the number is 0, or if the concepts have no common words
   */
  public GeneratedMetric diversity(int prompts) {
    return new Diversity(this, "diversity", OpenPrompts.of(concepts, scenes, prompts, seed), seed);
  }

  /**
   * Returns the same for prompts that name one thing and leave its style open.
   *
   * @throws IllegalArgumentException if the number is 0
   */
  public GeneratedMetric diversityOfThings(int prompts) {
    return new Diversity(
        this, "diversity of a thing", OpenPrompts.ofThings(concepts, prompts, seed), seed);
  }

  /**
   * Returns the metric of whether variations of real pictures, with the model's default similarity,
   * still show the same concept.
   *
   * @param pictures the number of real pictures, of one concept each
   * @throws IllegalArgumentException if the number is 0
   */
  public GeneratedMetric variations(int pictures) {
    return variations(pictures, OptionalDouble.empty());
  }

  /**
   * Returns the same of variations with another similarity.
   *
   * @param similarity in [0, 1]
   * @throws IllegalArgumentException if the number is 0
   */
  public GeneratedMetric variations(int pictures, double similarity) {
    Check.share("similarity", similarity);
    return variations(pictures, OptionalDouble.of(similarity));
  }

  private GeneratedMetric variations(int pictures, OptionalDouble similarity) {
    var originals = PromptSet.ofOneConcept(concepts, scenes, pictures, seed);
    return new Variations(this, originals, similarity, seed);
  }

  /**
   * Returns the concepts whose names the judge chooses from: all core ones, even of a small model.
   */
  ConceptSet names() {
    var core = ConceptSet.core();
    return core.concepts().containsAll(concepts.concepts()) ? core : ConceptSet.things();
  }

  EvaluationModel judge() {
    return judge.orElseThrow(() -> new IllegalStateException("judge: none (expected: one)"));
  }

  static void requireOneEach(int expected, List<Image> pictures) {
    Check.that(pictures.size() == expected, "pictures", pictures.size(), "%s", expected);
  }

  private static boolean agrees(Question question, Scene scene, MeasuredImage picture) {
    return question.concerns(scene) && question.agrees(scene, picture);
  }

  Optional<Metric> ask(
      Question question,
      PromptSet prompts,
      List<MeasuredImage> ofModel,
      List<MeasuredImage> ofReal) {
    int[] concerned = indices(prompts, p -> question.concerns(p.scene()));
    if (concerned.length == 0) {
      return Optional.empty();
    }
    List<Prompt> asked = pick(prompts.prompts(), concerned);
    return Optional.of(
        metric(
            question.name(),
            Kind.SHARE,
            asked,
            shares(question, asked, pick(ofModel, concerned)),
            shares(question, asked, pick(ofReal, concerned)),
            Optional.of(shares(question, asked, pick(ofModel, shuffled(concerned)))),
            p -> question.heldOut().map(p::isHeldOut).orElse(!p.isSeen())));
  }

  private static double[] shares(
      Question question, List<Prompt> asked, List<MeasuredImage> pictures) {
    return values(asked, i -> agrees(question, asked.get(i).scene(), pictures.get(i)) ? 1 : 0);
  }

  private static double[] values(List<?> all, IntToDoubleFunction value) {
    return IntStream.range(0, all.size()).mapToDouble(value).toArray();
  }

  /**
   * Returns a line of the table.
   *
   * @param prompts the prompts of the values, one each
   * @param isUnseen whether a prompt counts as held out
   */
  private Metric metric(
      String name,
      Kind kind,
      List<Prompt> prompts,
      double[] model,
      double[] ceiling,
      Optional<double[]> floor,
      Predicate<Prompt> isUnseen) {
    var bootstrap = new Bootstrap(RESAMPLES, seed);
    return new Metric(
        name,
        kind,
        bootstrap.mean(model),
        bootstrap.mean(ceiling),
        floor.map(bootstrap::mean),
        mean(bootstrap, part(prompts, model, Prompt::isSeen)),
        mean(bootstrap, part(prompts, model, isUnseen)));
  }

  private static Optional<Estimate> mean(Bootstrap bootstrap, double[] values) {
    return values.length == 0 ? Optional.empty() : Optional.of(bootstrap.mean(values));
  }

  /** Returns the values of the selected prompts. */
  private static double[] part(List<Prompt> prompts, double[] values, Predicate<Prompt> isMeant) {
    return IntStream.range(0, values.length)
        .filter(i -> isMeant.test(prompts.get(i)))
        .mapToDouble(i -> values[i])
        .toArray();
  }

  /** Returns a permutation without fixed points, unless there is only one element. */
  private int[] shuffled(int[] indices) {
    List<Integer> order = new ArrayList<>(Arrays.stream(indices).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    return Arrays.stream(indices)
        .map(i -> order.get((order.indexOf(i) + 1) % order.size()))
        .toArray();
  }

  /**
   * Returns the similarity of pictures of one thing to the real drawing: in structure, and by the
   * judge.
   */
  private List<Metric> fidelity(
      PromptSet prompts, int[] single, List<MeasuredImage> ofModel, List<MeasuredImage> ofReal) {
    List<Prompt> asked = pick(prompts.prompts(), single);
    List<Prompt> others = pick(prompts.prompts(), shuffled(single));
    List<MeasuredImage> real = pick(ofReal, single);
    List<Image> moved =
        real.stream()
            .map(MeasuredImage::image)
            .map(i -> CloseUp.cut(i, -MOVED, -MOVED, i.width(), i.height()))
            .toList();
    List<Image> instead =
        IntStream.range(0, single.length)
            .mapToObj(i -> instead(asked.get(i), others.get(i), real.get(i).image().width()))
            .toList();
    List<MeasuredImage> drawn = pick(ofModel, single);
    List<MeasuredImage> ceiling = MeasuredImage.of(moved, judge);
    List<MeasuredImage> floor = MeasuredImage.of(instead, judge);
    List<Metric> metrics = new ArrayList<>();
    ToDoubleBiFunction<MeasuredImage, MeasuredImage> ssim = (a, b) -> Ssim.of(a.image(), b.image());
    metrics.add(similarity("fidelity, ssim", ssim, asked, real, drawn, ceiling, floor));
    if (judge.isPresent()) {
      ToDoubleBiFunction<MeasuredImage, MeasuredImage> cosine =
          (a, b) -> Vectors.dot(a.vector(), b.vector());
      metrics.add(similarity("fidelity, judge", cosine, asked, real, drawn, ceiling, floor));
    }
    return metrics;
  }

  /** Returns a scene's size and background with the concept and style of another scene. */
  private Image instead(Prompt prompt, Prompt other, int imageSize) {
    var size = ((Subject.Single) prompt.scene().subject()).size();
    var concept = ((Subject.Single) other.scene().subject()).concept();
    var scene =
        Scene.of(
            new Subject.Single(concept, size), other.scene().style(), prompt.scene().background());
    return renderer.render(scene, imageSize);
  }

  private Metric similarity(
      String name,
      ToDoubleBiFunction<MeasuredImage, MeasuredImage> alike,
      List<Prompt> prompts,
      List<MeasuredImage> real,
      List<MeasuredImage> drawn,
      List<MeasuredImage> ceiling,
      List<MeasuredImage> floor) {
    return metric(
        name,
        Kind.SIMILARITY,
        prompts,
        values(real, i -> alike.applyAsDouble(real.get(i), drawn.get(i))),
        values(real, i -> alike.applyAsDouble(real.get(i), ceiling.get(i))),
        Optional.of(values(real, i -> alike.applyAsDouble(real.get(i), floor.get(i)))),
        p -> !p.isSeen());
  }

  /** Compares with an equal number of real pictures of other scenes of the same kinds. */
  private Metric frechet(
      EvaluationModel judge,
      PromptSet prompts,
      List<MeasuredImage> ofModel,
      List<MeasuredImage> ofReal,
      int size) {
    PromptSet others = PromptSet.of(concepts, scenes, prompts.size(), seed + 1_000_003);
    List<float[]> real = judge.images(real(others, size));
    List<float[]> empty =
        judge.images(prompts.scenes().stream().map(s -> blank(s.background(), size)).toList());
    return new Metric(
        "fréchet distance",
        Kind.DISTANCE,
        distance(real, vectors(ofModel)),
        distance(real, vectors(ofReal)),
        Optional.of(distance(real, empty)),
        half(others, real, prompts, vectors(ofModel), Prompt::isSeen),
        half(others, real, prompts, vectors(ofModel), prompt -> !prompt.isSeen()));
  }

  private Optional<Estimate> half(
      PromptSet others,
      List<float[]> real,
      PromptSet prompts,
      List<float[]> ofModel,
      Predicate<Prompt> isMeant) {
    List<float[]> reference = pick(real, indices(others, isMeant));
    List<float[]> measured = pick(ofModel, indices(prompts, isMeant));
    return measured.size() < 2 || reference.size() < 2
        ? Optional.empty()
        : Optional.of(distance(reference, measured));
  }

  private Estimate distance(List<float[]> reference, List<float[]> vectors) {
    var from = new FrechetDistance(reference);
    return new Bootstrap(FRECHET_RESAMPLES, seed)
        .distance(vectors.size(), indices -> from.to(pick(vectors, indices)));
  }

  private static List<float[]> vectors(List<MeasuredImage> readings) {
    return readings.stream().map(MeasuredImage::vector).toList();
  }

  private static int[] indices(PromptSet prompts, Predicate<Prompt> isMeant) {
    return IntStream.range(0, prompts.size())
        .filter(i -> isMeant.test(prompts.prompts().get(i)))
        .toArray();
  }

  private static <T> List<T> pick(List<T> all, int[] indices) {
    return Arrays.stream(indices).<T>mapToObj(all::get).toList();
  }

  private static Image blank(NamedColor color, int size) {
    float[] pixels = new float[3 * size * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = color.channel(i % 3) / 127.5f - 1;
    }
    return new Image(size, size, pixels);
  }

  /**
   * Pictures and the training pictures that are nearest to them, in the same order.
   *
   * @param generated the pictures
   * @param training the nearest one of each
   */
  public record NearestPairs(List<Image> generated, List<Image> training) {
    public NearestPairs {
      generated = List.copyOf(generated);
      training = List.copyOf(training);
    }
  }

  /**
   * Returns the pictures of one thing that are nearest to a training picture, the nearest first.
   *
   * @param most the largest number of pairs
   */
  public NearestPairs nearestPairs(Result result, int most) {
    int[] single = indices(result.prompts(), p -> p.scene().subject() instanceof Subject.Single);
    List<Image> generated = pick(result.generated(), single);
    List<Match> matches =
        matches(pick(result.prompts().prompts(), single), List.of(generated)).get(0);
    List<Integer> nearest =
        IntStream.range(0, single.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> matches.get(i).distance()))
            .limit(most)
            .toList();
    return new NearestPairs(
        nearest.stream().map(generated::get).toList(),
        nearest.stream()
            .map(i -> renderer.render(matches.get(i).scene(), generated.get(i).width()))
            .toList());
  }

  private List<List<Match>> matches(List<Prompt> prompts, List<List<Image>> sets) {
    return new NearestTraining(concepts, renderer)
        .matches(prompts.stream().map(Prompt::scene).toList(), sets);
  }

  private Metric nearest(List<Prompt> prompts, List<Image> generated, List<Image> real) {
    List<double[]> distances =
        matches(prompts, List.of(generated, real)).stream()
            .map(row -> row.stream().mapToDouble(Match::distance).toArray())
            .toList();
    double[] held = part(prompts, distances.get(1), p -> p.isHeldOut(SceneSplit.HELD_OUT_STYLE));
    return metric(
        "nearest training picture",
        Kind.NOVELTY,
        prompts,
        distances.get(0),
        held.length == 0 ? distances.get(1) : held,
        Optional.empty(),
        p -> p.isHeldOut(SceneSplit.HELD_OUT_STYLE));
  }
}
