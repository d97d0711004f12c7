package io.diffusion4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneSampler;
import io.diffusion4j.emoji.scene.SceneSplit;
import io.diffusion4j.emoji.scene.Splits;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.evaluation.OpenPrompts.Prompt;
import io.diffusion4j.evaluation.judge.EvaluationModel;
import io.diffusion4j.evaluation.report.JsonReport;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that paint: the truth, always the same, few of the things, or other things. */
class GeneratedMetricTest {
  private static final int SIZE = 64;
  private static final int SEED = 3;
  private static final ConceptSet CONCEPTS = EmojiPreset.emoji().drawn().concepts();
  private static final SceneMix SCENES = EmojiPreset.emoji().drawn().scenes();
  private static final OpenPrompts PROMPTS = OpenPrompts.of(CONCEPTS, SCENES, 4, SEED);

  private static EvaluationModel judge;
  private static Evaluation evaluation;

  @BeforeAll
  static void load() {
    judge =
        EvaluationModel.load(Path.of("..", "..", "emoji", "judge"), Compute.of(Precision.FLOAT32));
    evaluation = new Evaluation(CONCEPTS, SCENES, Optional.of(judge), SEED);
  }

  @AfterAll
  static void close() {
    judge.close();
  }

  /**
   * Draws real scenes of a prompt's word.
   *
   * @param drawn the number of the word's concepts that it draws
   * @param shift the number of prompts by which it is mistaken; unless 0, a variation shows its
   *     original only at the similarity 1
   * @param isRandom whether it regards its noise
   */
  private record Painter(int drawn, int shift, boolean isRandom, Set<ImageTask.Kind> tasks)
      implements ImagePipeline {
    @Override
    public ModelCard card() {
      return new ModelCard(
          new ModelIdentity("painter", "", "MIT", "sha256:" + "0".repeat(64)),
          new Pixels(SIZE, SIZE),
          ModelCard.Limits.DEFAULT,
          List.of(Stage.fixed("picture", 1)),
          tasks);
    }

    @Override
    public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
      return Map.of("picture", 1);
    }

    @Override
    public List<Image> draw(
        ImageTask task,
        Map<String, SamplingSettings> settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      List<Image> images = new ArrayList<>();
      for (int i = 0; i < noise.size(); i++) {
        float x = noise.get(i).gaussian("picture", NoiseSource.INITIAL, 1)[0];
        images.add(
            task instanceof ImageTask.Variation variation
                ? shift == 0 || variation.similarity() == 1 ? variation.image() : wall(x)
                : paint(task.words(i).text(), x));
      }
      return images;
    }

    private Image paint(String text, float noise) {
      List<Prompt> all = PROMPTS.prompts();
      int asked = all.stream().map(Prompt::text).toList().indexOf(text);
      Prompt prompt = all.get((asked + shift) % all.size());
      List<Concept> allowed =
          CONCEPTS.concepts().stream()
              .filter(concept -> Captioner.hypernyms(concept).contains(prompt.word()))
              .limit(drawn)
              .toList();
      long seed = isRandom ? 1_000_000L + Float.floatToIntBits(noise) : 0;
      var plain = SceneMix.plain().withOneStyleOf(SCENES.styles());
      var few = new ConceptSet(prompt.word(), allowed);
      Scene scene = new SceneSampler(few, plain, SceneSplit.TRAIN, seed).scene(0);
      var placed = Scene.of(scene.subject(), scene.style(), prompt.scenes().get(0).background());
      return evaluation.render(List.of(placed), SIZE).get(0);
    }
  }

  private static Image wall(float grey) {
    float[] pixels = new float[3 * SIZE * SIZE];
    Arrays.fill(pixels, Math.max(-1, Math.min(1, grey)));
    return new Image(SIZE, SIZE, pixels);
  }

  private static Painter painter(int drawn, int shift, boolean isRandom) {
    return new Painter(drawn, shift, isRandom, EnumSet.allOf(ImageTask.Kind.class));
  }

  private static GeneratedPictures pictures(GeneratedMetric metric, ImagePipeline model) {
    return metric.pictures(model, task -> model.defaults(task.kind()));
  }

  private static List<Metric> measured(GeneratedMetric metric, ImagePipeline model) {
    GeneratedPictures pictures = pictures(metric, model);
    return metric.measure(pictures.draw(0, pictures.size()));
  }

  private static double diversity(ImagePipeline model) {
    return measured(evaluation.diversity(4), model).get(0).generated().value();
  }

  @Test
  void openPromptsAllowManyTrueScenesOfOneBackground() {
    assertThat(PROMPTS.texts()).hasSize(4 * OpenPrompts.PICTURES);
    assertThat(PROMPTS.prompts()).extracting(Prompt::word).contains("animal", "food");
    assertThat(OpenPrompts.of(CONCEPTS, SCENES, 4, SEED)).isEqualTo(PROMPTS);
    assertThat(OpenPrompts.of(CONCEPTS, SCENES, 4, SEED + 1)).isNotEqualTo(PROMPTS);
    for (Prompt prompt : PROMPTS.prompts()) {
      List<Scene> all = new ArrayList<>(prompt.scenes());
      all.addAll(prompt.others());
      assertThat(all).hasSize(2 * OpenPrompts.PICTURES);
      for (Scene scene : all) {
        assertThat(Captioner.vague(prompt.word(), scene.background())).isEqualTo(prompt.text());
        assertThat(scene.subject().concepts())
            .singleElement()
            .satisfies(c -> assertThat(Captioner.hypernyms(c)).contains(prompt.word()));
        assertThat(Splits.heldOut(scene)).isEmpty();
      }
      assertThat(all.stream().map(scene -> scene.subject().concepts()).distinct())
          .hasSizeGreaterThan(OpenPrompts.PICTURES / 2);
    }
  }

  @Test
  void wordsThatAreNamesAreLeftOutAndTheOthersTakeTurns() {
    List<String> words =
        OpenPrompts.of(CONCEPTS, SCENES, 60, SEED).prompts().stream().map(Prompt::word).toList();
    assertThat(words).doesNotContain("bird", "dog", "fish"); // concepts have these names
    List<String> each = words.stream().distinct().toList();
    assertThat(each).hasSizeBetween(10, 30);
    for (int i = 0; i < words.size(); i++) {
      assertThat(words.get(i)).isEqualTo(each.get(i % each.size()));
    }
  }

  @Test
  void theSpreadIsTheMeanDistanceToTheMean() {
    var vectors = List.of(new float[] {1, 0}, new float[] {-1, 0}, new float[] {0, 3});
    double expected = (2 * Math.sqrt(2) + 2) / 3; // the mean is (0, 1)
    assertThat(Diversity.spread(vectors)).isCloseTo(expected, within(1e-12));
    assertThat(Diversity.spread(vectors.subList(0, 1))).isZero();
  }

  @Test
  void conceptsWithoutACommonWordAreRefused() {
    var two = ConceptSet.ofLabels("apart", List.of("red apple", "frog"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OpenPrompts.of(two, SceneMix.mostlyCentred(), 1, 0))
        .withMessage("concepts: apart (expected: two for which there is a common word)");
  }

  @Test
  void realScenesAreAsDiverseAsRealScenes() {
    List<Metric> lines = measured(evaluation.diversity(4), painter(CONCEPTS.size(), 0, true));
    assertThat(lines)
        .extracting(Metric::name)
        .containsExactly("diversity", "diversity, right kind", "diversity, pixels");
    Metric diversity = lines.get(0);
    assertThat(diversity.generated().value()).isCloseTo(1, within(0.1)); // by chance not exactly
    assertThat(diversity.ceiling().value()).isCloseTo(1, within(0.1));
    assertThat(diversity.generated().pictures()).isEqualTo(4 * OpenPrompts.PICTURES);
    Metric kind = lines.get(1);
    assertThat(kind.generated().value()).isCloseTo(kind.ceiling().value(), within(0.1));
    assertThat(kind.ceiling().value()).isGreaterThan(0.9);
    assertThat(kind.floor().orElseThrow().value()).isLessThan(0.5);
  }

  @Test
  void onePictureOfEachPromptHasNoDiversity() {
    assertThat(diversity(painter(CONCEPTS.size(), 0, false))).isLessThan(1e-6);
  }

  @Test
  void fewOfTheThingsAreLessDiverse() {
    double two = diversity(painter(2, 0, true));
    assertThat(two).isBetween(0.3, 0.9);
    assertThat(diversity(painter(1, 0, true))).isLessThan(two);
  }

  /** A thing in one style always, as a model of one drawing a thing has it, and in any. */
  @Test
  void aThingInAllItsStylesIsDiverseAndInOneIsNot() {
    var things = OpenPrompts.ofThings(CONCEPTS, 3, SEED);
    for (Prompt prompt : things.prompts()) {
      List<Scene> scenes = new ArrayList<>(prompt.scenes());
      scenes.addAll(prompt.others());
      assertThat(scenes)
          .allMatch(scene -> Captioner.unstyled(scene).equals(prompt.text()))
          .allMatch(scene -> Splits.heldOut(scene).isEmpty());
      Concept concept = scenes.get(0).subject().concepts().get(0);
      assertThat(scenes.stream().map(Scene::style).distinct())
          .containsExactlyInAnyOrderElementsOf(
              concept.icons().keySet().stream()
                  .filter(style -> !Splits.isHeldOut(concept, style))
                  .toList());
    }
    GeneratedMetric metric = evaluation.diversityOfThings(3);
    List<Image> all = render(things, Prompt::others);
    List<Metric> styles = metric.measure(all);
    assertThat(styles)
        .extracting(Metric::name)
        .containsExactly(
            "diversity of a thing",
            "diversity of a thing, right kind",
            "diversity of a thing, pixels");
    assertThat(styles.get(0).generated().value()).isCloseTo(1, within(0.15));
    assertThat(styles.get(1).generated().value()).isGreaterThan(0.9);
    assertThat(styles.get(2).generated().value()).isBetween(0.05, 0.3);
    assertThat(styles.get(2).ceiling().value()).isBetween(0.05, 0.3);
    List<Image> same =
        render(things, prompt -> Collections.nCopies(OpenPrompts.PICTURES, prompt.scenes().get(0)));
    List<Metric> one = metric.measure(same);
    assertThat(one.get(0).generated().value()).isLessThan(1e-6);
    assertThat(one.get(2).generated().value()).isZero();
  }

  private static List<Image> render(OpenPrompts prompts, Function<Prompt, List<Scene>> of) {
    return evaluation.render(
        prompts.prompts().stream().map(of).flatMap(List::stream).toList(), SIZE);
  }

  @Test
  void otherThingsAreDiverseButNotOfTheRightKind() {
    List<Metric> lines = measured(evaluation.diversity(4), painter(CONCEPTS.size(), 1, true));
    assertThat(lines.get(0).generated().value()).isCloseTo(1, within(0.1));
    Metric kind = lines.get(1);
    assertThat(kind.generated().value()).isLessThan(kind.ceiling().value() - 0.3);
  }

  @Test
  void theOriginalIsAVariationWithoutLoss(@TempDir Path folder) throws IOException {
    List<Metric> lines = measured(evaluation.variations(24), painter(1, 0, true));
    assertThat(lines)
        .extracting(Metric::name)
        .containsExactly("variations r@1", "variations, spread");
    assertThat(lines.get(1).generated().value()).isZero(); // the original four times
    assertThat(lines.get(1).ceiling().value()).isEqualTo(1);
    Metric same = lines.get(0);
    assertThat(same.generated()).isEqualTo(same.ceiling());
    assertThat(same.generated().pictures()).isEqualTo(24);
    assertThat(same.ceiling().value()).isGreaterThan(0.8);
    assertThat(same.floor().orElseThrow().value()).isLessThan(0.2);

    Path file = folder.resolve("variations.json");
    JsonReport.write(file, Map.of(), lines);
    var json = new ObjectMapper().readTree(file.toFile()).path("metrics").path("variations r@1");
    assertThat(json.path("of_ceiling").doubleValue()).isEqualTo(1);
  }

  @Test
  void wallsAreNoVariations() {
    Metric walls = measured(evaluation.variations(24), painter(1, 1, true)).get(0);
    assertThat(walls.generated().value()).isLessThan(0.1);
    assertThat(walls.ceiling().value()).isGreaterThan(0.8);
  }

  @Test
  void variationsHaveTheSimilarityThatIsAsked() {
    Metric same = measured(evaluation.variations(24, 1), painter(1, 1, true)).get(0);
    assertThat(same.generated()).isEqualTo(same.ceiling());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.variations(24, 1.5))
        .withMessage("similarity: 1.5 (expected: in [0, 1])");
  }

  @Test
  void aPictureDependsOnItsPlaceAndNotOnItsBatch() {
    for (GeneratedMetric metric : List.of(evaluation.diversity(2), evaluation.variations(8))) {
      GeneratedPictures pictures = pictures(metric, painter(CONCEPTS.size(), 1, true));
      assertThat(pictures.size()).isEqualTo(32);
      List<Image> all = pictures.draw(0, 32);
      for (int[] part : new int[][] {{0, 5}, {5, 6}, {15, 32}}) {
        List<Image> some = pictures.draw(part[0], part[1]);
        assertThat(some).hasSize(part[1] - part[0]);
        for (int i = 0; i < some.size(); i++) {
          assertThat(some.get(i).pixels()).isEqualTo(all.get(part[0] + i).pixels());
        }
      }
    }
  }

  @Test
  void whatCannotBeMeasuredIsRefused() {
    var texts = new Painter(1, 0, true, Set.of(ImageTask.Kind.TEXT_TO_IMAGE));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pictures(evaluation.variations(2), texts))
        .withMessage("model: painter (expected: one that varies pictures)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.diversity(1).measure(List.of(wall(0))))
        .withMessage("pictures: 1 (expected: 16)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.variations(2).measure(List.of(wall(0))))
        .withMessage("pictures: 1 (expected: 8)");
    var alone = new Evaluation(CONCEPTS, SCENES, Optional.empty(), SEED);
    assertThatIllegalStateException()
        .isThrownBy(() -> measured(alone.variations(2), painter(1, 0, true)))
        .withMessage("judge: none (expected: one)");
  }
}
