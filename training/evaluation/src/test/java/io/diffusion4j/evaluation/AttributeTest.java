package io.diffusion4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.NamedColor;
import io.diffusion4j.emoji.scene.Observation;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.SceneSize;
import io.diffusion4j.emoji.scene.Subject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Real scenes of all kinds and styles, half of them held out: the meters must know the truth. */
class AttributeTest {
  private static final int SCENES = 800;
  private static final int SIZE = 128;

  private static SceneRenderer renderer;
  private static Question relation;
  private static Question style;
  private static List<Scene> scenes;

  @BeforeAll
  static void draw() {
    ConceptSet concepts = Tiny.concepts();
    renderer = new SceneRenderer(Sprites.load(concepts, EnumSet.allOf(Style.class), 128));
    var drawings = new Drawings(renderer);
    relation = Questions.relation(drawings);
    style = Questions.style(drawings);
    scenes = PromptSet.of(concepts, SceneMix.mostlyCentred(), SCENES, 20).scenes();
  }

  static List<Question> attributes() {
    return List.of(Questions.BACKGROUND, Questions.COUNT, Questions.SIZE);
  }

  @ParameterizedTest
  @MethodSource("attributes")
  void theMetersAgreeWithTheTruth(Question attribute) {
    assertThat(agreement(attribute, image -> image)).isGreaterThanOrEqualTo(0.97);
  }

  @Test
  void soDoesTheMeterOfRelations() {
    assertThat(agreement(relation, image -> image)).isGreaterThanOrEqualTo(0.97);
  }

  @Test
  void soDoesTheMeterOfStyles() {
    assertThat(agreement(style, image -> image)).isGreaterThanOrEqualTo(0.97);
    assertThat(agreement(style, AttributeTest::blurred)).isGreaterThanOrEqualTo(0.9);
  }

  /** As a decoder of 32 pixels and an upsampler without detail would draw it. */
  @ParameterizedTest
  @MethodSource("attributes")
  void mostOfItStaysTrueWithoutSharpness(Question attribute) {
    assertThat(agreement(attribute, AttributeTest::blurred)).isGreaterThanOrEqualTo(0.95);
  }

  @Test
  void relationsNeedSharpnessMost() {
    assertThat(agreement(relation, AttributeTest::blurred)).isGreaterThanOrEqualTo(0.85);
  }

  @Test
  void anEmptyPictureShowsNothing() {
    var pair =
        new Subject.Pair(
            Tiny.concepts().concepts().get(0),
            io.diffusion4j.emoji.scene.Relation.ABOVE,
            Tiny.concepts().concepts().get(1));
    float[] grey = new float[3 * SIZE * SIZE];
    var empty = new Image(SIZE, SIZE, grey);
    var reading = new MeasuredImage(empty, Observation.of(empty), new float[0]);
    assertThat(reading.seen().background()).isEqualTo(NamedColor.GRAY);
    assertThat(reading.seen().things()).isEmpty();
    assertThat(reading.seen().extent()).isZero();
    assertThat(relation.agrees(Scene.of(pair, style(pair), NamedColor.GRAY), reading)).isFalse();
  }

  /** What stands the other way round is not the same. */
  @Test
  void aSwappedPairIsNoticed() {
    int wrong = 0;
    int pairs = 0;
    for (Scene scene : scenes) {
      if (scene.subject() instanceof Subject.Pair pair) {
        var swapped = new Subject.Pair(pair.second(), pair.relation(), pair.first());
        Image image = renderer.render(Scene.of(swapped, scene.style(), scene.background()), SIZE);
        pairs++;
        wrong +=
            relation.agrees(scene, new MeasuredImage(image, Observation.of(image), new float[0]))
                ? 1
                : 0;
      }
    }
    assertThat(pairs).isGreaterThan(150);
    assertThat((double) wrong / pairs).isLessThanOrEqualTo(0.03);
  }

  @ParameterizedTest
  @EnumSource(SceneSize.class)
  void questionsConcernTheScenesThatTheyAreAbout(SceneSize size) {
    var single = new Subject.Single(Tiny.concepts().concepts().get(0), size);
    var scene =
        Scene.of(single, single.concept().icons().keySet().iterator().next(), NamedColor.RED);
    assertThat(Questions.BACKGROUND.concerns(scene)).isTrue();
    assertThat(Questions.SIZE.concerns(scene)).isTrue();
    assertThat(Questions.COUNT.concerns(scene)).isFalse();
    assertThat(relation.concerns(scene)).isFalse();
  }

  private static Style style(Subject.Pair pair) {
    return pair.first().icons().keySet().stream()
        .filter(pair.second()::isDrawnIn)
        .findFirst()
        .orElseThrow();
  }

  private static Image blurred(Image image) {
    return Resize.bicubic(Resize.area(image, 32, 32), SIZE, SIZE);
  }

  private static double agreement(Question question, UnaryOperator<Image> change) {
    List<Scene> asked = new ArrayList<>();
    for (Scene scene : scenes) {
      if (question.concerns(scene)) {
        asked.add(scene);
      }
    }
    assertThat(asked).hasSizeGreaterThan(150);
    long right =
        asked.stream()
            .filter(
                scene -> {
                  Image image = change.apply(renderer.render(scene, SIZE));
                  return question.agrees(
                      scene, new MeasuredImage(image, Observation.of(image), new float[0]));
                })
            .count();
    return (double) right / asked.size();
  }
}
