package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.NamedColor;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.evaluation.Metric.Kind;
import io.diffusion4j.evaluation.PromptSet.Prompt;
import io.diffusion4j.evaluation.judge.Judge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;

/**
 * Measures the pictures that a model drew for a {@link PromptSet}, beside real pictures of the same
 * scenes (the ceiling) and beside the same pictures with shuffled captions (the floor).
 *
 * <p>Two metrics know no captions, and the {@linkplain Fidelity fidelity} has a floor and a ceiling
 * of its own. The floor of the Fréchet distance is what empty backgrounds score; the distance to
 * the nearest training picture has none, as repeating a training picture scores 0.
 */
public final class Evaluation {
  private static final int SPRITE_SIZE = 128;
  private static final int RESAMPLES = 1_000;

  /** Each of them takes the roots of a matrix. */
  private static final int FRECHET_RESAMPLES = 40;

  private final ConceptSet concepts;
  private final SceneMix scenes;
  private final SceneRenderer renderer;
  private final Optional<Judge> judge;
  private final List<Question> questions;
  private final long seed;

  /**
   * An evaluation of pictures of some concepts.
   *
   * @param scenes what the model is made for
   * @param judge without one, what only it can tell is left out: retrieval and the Fréchet distance
   * @param seed of the reference pictures, of the shuffling and of the intervals
   */
  public Evaluation(ConceptSet concepts, SceneMix scenes, Optional<Judge> judge, long seed) {
    this.concepts = concepts;
    this.scenes = scenes;
    this.judge = judge;
    this.seed = seed;
    this.renderer =
        new SceneRenderer(Sprites.load(concepts, EnumSet.allOf(Style.class), SPRITE_SIZE));
    questions = new ArrayList<>(List.of(Attribute.values()));
    var drawings = new Drawings(renderer);
    questions.add(new RelationQuestion(drawings));
    questions.add(new StyleQuestion(drawings));
    judge.ifPresent(there -> questions.addAll(RetrievalQuestion.standard(there)));
  }

  /** What each picture is asked. */
  public List<Question> questions() {
    return Collections.unmodifiableList(questions);
  }

  /** Real pictures of the scenes. */
  public List<Image> real(PromptSet prompts, int imageSize) {
    return prompts.scenes().stream().map(scene -> renderer.render(scene, imageSize)).toList();
  }

  /**
   * Measures pictures.
   *
   * @param generated a picture for each prompt, all of one size, square
   */
  public Result measure(PromptSet prompts, List<Image> generated) {
    if (generated.size() != prompts.size()) {
      throw new IllegalArgumentException(
          "pictures: " + generated.size() + " (expected: " + prompts.size() + ")");
    }
    int size = generated.get(0).width();
    List<Image> real = real(prompts, size);
    List<Reading> ofModel = Reading.of(generated, judge);
    List<Reading> ofReal = Reading.of(real, judge);
    List<Metric> metrics = new ArrayList<>();
    boolean[][] answers = new boolean[questions.size()][];
    for (int q = 0; q < questions.size(); q++) {
      Question question = questions.get(q);
      answers[q] = answers(question, prompts.scenes(), ofModel);
      ask(question, prompts, ofModel, ofReal).ifPresent(metrics::add);
    }
    metrics.addAll(fidelity(prompts, ofModel, ofReal));
    judge.flatMap(there -> frechet(there, prompts, ofModel, ofReal, size)).ifPresent(metrics::add);
    nearest(prompts, generated, real).ifPresent(metrics::add);
    return new Result(prompts, generated, real, questions, answers, metrics);
  }

  private static boolean[] answers(Question question, List<Scene> scenes, List<Reading> pictures) {
    boolean[] answers = new boolean[scenes.size()];
    for (int i = 0; i < answers.length; i++) {
      answers[i] =
          question.concerns(scenes.get(i)) && question.agrees(scenes.get(i), pictures.get(i));
    }
    return answers;
  }

  private Optional<Metric> ask(
      Question question, PromptSet prompts, List<Reading> ofModel, List<Reading> ofReal) {
    List<Scene> scenes = prompts.scenes();
    int[] concerned =
        IntStream.range(0, scenes.size()).filter(i -> question.concerns(scenes.get(i))).toArray();
    if (concerned.length == 0) {
      return Optional.empty();
    }
    int[] others = shuffled(concerned);
    var bootstrap = new Bootstrap(RESAMPLES, seed);
    double[] model = new double[concerned.length];
    double[] ceiling = new double[concerned.length];
    double[] floor = new double[concerned.length];
    for (int j = 0; j < concerned.length; j++) {
      Scene scene = scenes.get(concerned[j]);
      model[j] = question.agrees(scene, ofModel.get(concerned[j])) ? 1 : 0;
      ceiling[j] = question.agrees(scene, ofReal.get(concerned[j])) ? 1 : 0;
      floor[j] = question.agrees(scene, ofModel.get(others[j])) ? 1 : 0;
    }
    List<Prompt> all = prompts.prompts();
    return Optional.of(
        new Metric(
            question.name().toLowerCase(Locale.ROOT),
            Kind.SHARE,
            bootstrap.mean(model),
            bootstrap.mean(ceiling),
            Optional.of(bootstrap.mean(floor)),
            part(bootstrap, model, j -> all.get(concerned[j]).isSeen()),
            part(bootstrap, model, j -> isUnseen(all.get(concerned[j]), question.heldOut()))));
  }

  private static boolean isUnseen(Prompt prompt, Optional<Split> heldOut) {
    return heldOut.map(prompt::isHeldOut).orElse(!prompt.isSeen());
  }

  /** The mean of those values that are meant, if there are any. */
  private static Optional<Estimate> part(
      Bootstrap bootstrap, double[] values, IntPredicate isMeant) {
    double[] meant =
        IntStream.range(0, values.length).filter(isMeant).mapToDouble(i -> values[i]).toArray();
    return meant.length == 0 ? Optional.empty() : Optional.of(bootstrap.mean(meant));
  }

  /** Each has the place of another, none its own, unless it is alone. */
  private int[] shuffled(int[] indices) {
    List<Integer> order = new ArrayList<>(Arrays.stream(indices).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    int[] others = new int[indices.length];
    for (int j = 0; j < indices.length; j++) {
      int at = order.indexOf(indices[j]);
      others[j] = order.get((at + 1) % order.size());
    }
    return others;
  }

  /** How alike pictures of one thing are to the real drawing: in structure, and to the judge. */
  private List<Metric> fidelity(PromptSet prompts, List<Reading> ofModel, List<Reading> ofReal) {
    var fidelity = new Fidelity(renderer);
    List<Scene> scenes = prompts.scenes();
    int[] concerned =
        IntStream.range(0, scenes.size()).filter(i -> fidelity.concerns(scenes.get(i))).toArray();
    if (concerned.length == 0) {
      return List.of();
    }
    int[] others = shuffled(concerned);
    List<Image> moved = new ArrayList<>();
    List<Image> instead = new ArrayList<>();
    for (int j = 0; j < concerned.length; j++) {
      Image real = ofReal.get(concerned[j]).image();
      moved.add(Fidelity.moved(real));
      instead.add(fidelity.instead(scenes.get(concerned[j]), scenes.get(others[j]), real.width()));
    }
    List<Reading> real = pick(ofReal, concerned);
    List<Reading> drawn = pick(ofModel, concerned);
    List<Reading> ceiling = Reading.of(moved, judge);
    List<Reading> floor = Reading.of(instead, judge);
    List<Metric> metrics = new ArrayList<>();
    metrics.add(
        likeness(
            "fidelity, ssim",
            (a, b) -> Ssim.of(a.image(), b.image()),
            prompts,
            concerned,
            List.of(real, drawn, ceiling, floor)));
    if (judge.isPresent()) {
      metrics.add(
          likeness(
              "fidelity, judge",
              (a, b) -> Vectors.dot(a.vector(), b.vector()),
              prompts,
              concerned,
              List.of(real, drawn, ceiling, floor)));
    }
    return metrics;
  }

  /**
   * A metric of the likeness to real pictures.
   *
   * @param readings of the real pictures, the model's, the ceiling's and the floor's
   */
  private Metric likeness(
      String name,
      ToDoubleBiFunction<Reading, Reading> alike,
      PromptSet prompts,
      int[] concerned,
      List<List<Reading>> readings) {
    var bootstrap = new Bootstrap(RESAMPLES, seed);
    List<double[]> values = new ArrayList<>();
    for (List<Reading> others : readings.subList(1, readings.size())) {
      values.add(
          IntStream.range(0, concerned.length)
              .mapToDouble(j -> alike.applyAsDouble(readings.get(0).get(j), others.get(j)))
              .toArray());
    }
    double[] model = values.get(0);
    List<Prompt> all = prompts.prompts();
    return new Metric(
        name,
        Kind.LIKENESS,
        bootstrap.mean(model),
        bootstrap.mean(values.get(1)),
        Optional.of(bootstrap.mean(values.get(2))),
        part(bootstrap, model, j -> all.get(concerned[j]).isSeen()),
        part(bootstrap, model, j -> !all.get(concerned[j]).isSeen()));
  }

  private static List<Reading> pick(List<Reading> readings, int[] indices) {
    return Arrays.stream(indices).mapToObj(readings::get).toList();
  }

  /** Against as many real pictures of other scenes of the same kinds. */
  private Optional<Metric> frechet(
      Judge judge, PromptSet prompts, List<Reading> ofModel, List<Reading> ofReal, int size) {
    int[] seen = indices(prompts, Prompt::isSeen);
    int[] unseen = indices(prompts, prompt -> !prompt.isSeen());
    if (prompts.size() < 4) {
      return Optional.empty();
    }
    PromptSet others = PromptSet.of(concepts, scenes, prompts.size(), seed + 1_000_003);
    List<float[]> real = judge.images(real(others, size));
    var all = new FrechetDistance(real);
    List<float[]> empty =
        judge.images(prompts.scenes().stream().map(s -> blank(s.background(), size)).toList());
    return Optional.of(
        new Metric(
            "fréchet distance",
            Kind.DISTANCE,
            distance(all, vectors(ofModel)),
            distance(all, vectors(ofReal)),
            Optional.of(distance(all, empty)),
            half(others, real, seen, ofModel, Prompt::isSeen),
            half(others, real, unseen, ofModel, prompt -> !prompt.isSeen())));
  }

  private Optional<Estimate> half(
      PromptSet others,
      List<float[]> real,
      int[] indices,
      List<Reading> ofModel,
      java.util.function.Predicate<Prompt> isMeant) {
    int[] reference = indices(others, isMeant);
    if (indices.length < 2 || reference.length < 2) {
      return Optional.empty();
    }
    List<float[]> vectors = vectors(ofModel);
    return Optional.of(
        distance(
            new FrechetDistance(Arrays.stream(reference).mapToObj(real::get).toList()),
            Arrays.stream(indices).mapToObj(vectors::get).toList()));
  }

  private Estimate distance(FrechetDistance from, List<float[]> vectors) {
    return new Bootstrap(FRECHET_RESAMPLES, seed)
        .distance(
            vectors.size(),
            indices -> from.to(Arrays.stream(indices).mapToObj(vectors::get).toList()));
  }

  private static List<float[]> vectors(List<Reading> readings) {
    return readings.stream().map(Reading::vector).toList();
  }

  private static int[] indices(PromptSet prompts, java.util.function.Predicate<Prompt> isMeant) {
    return IntStream.range(0, prompts.size())
        .filter(i -> isMeant.test(prompts.prompts().get(i)))
        .toArray();
  }

  private static Image blank(NamedColor color, int size) {
    float[] pixels = new float[3 * size * size];
    for (int i = 0; i < pixels.length; i += 3) {
      pixels[i] = color.red() / 127.5f - 1;
      pixels[i + 1] = color.green() / 127.5f - 1;
      pixels[i + 2] = color.blue() / 127.5f - 1;
    }
    return new Image(size, size, pixels);
  }

  private Optional<Metric> nearest(PromptSet prompts, List<Image> generated, List<Image> real) {
    var nearest = new NearestTraining(concepts, renderer);
    int[] concerned = indices(prompts, prompt -> nearest.concerns(prompt.scene()));
    if (concerned.length == 0) {
      return Optional.empty();
    }
    List<Prompt> meant = Arrays.stream(concerned).mapToObj(prompts.prompts()::get).toList();
    List<double[]> distances =
        nearest.distances(
            meant.stream().map(Prompt::scene).toList(),
            List.of(
                Arrays.stream(concerned).mapToObj(generated::get).toList(),
                Arrays.stream(concerned).mapToObj(real::get).toList()));
    var bootstrap = new Bootstrap(RESAMPLES, seed);
    double[] model = distances.get(0);
    double[] held =
        IntStream.range(0, meant.size())
            .filter(j -> meant.get(j).isHeldOut(Split.HELD_OUT_STYLE))
            .mapToDouble(j -> distances.get(1)[j])
            .toArray();
    return Optional.of(
        new Metric(
            "nearest training picture",
            Kind.NOVELTY,
            bootstrap.mean(model),
            bootstrap.mean(held.length == 0 ? distances.get(1) : held),
            Optional.empty(),
            part(bootstrap, model, j -> meant.get(j).isSeen()),
            part(bootstrap, model, j -> meant.get(j).isHeldOut(Split.HELD_OUT_STYLE))));
  }
}
