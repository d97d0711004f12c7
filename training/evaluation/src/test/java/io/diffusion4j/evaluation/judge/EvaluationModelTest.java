package io.diffusion4j.evaluation.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.CaptionReader;
import io.diffusion4j.emoji.scene.Observation;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.SceneSplit;
import io.diffusion4j.evaluation.Tiny;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationModelTest {
  private static Path folder;
  private static EvaluationModel judge;
  private static List<Scene> scenes;
  private static List<Image> drawings;

  @BeforeAll
  static void train(@TempDir Path temporary) {
    folder = temporary;
    Tiny.judge(folder.resolve("judge"), folder.resolve("state"), 80);
    judge = EvaluationModel.load(folder.resolve("judge"), Compute.of(Precision.FLOAT32));
    var concepts = JudgePreset.tiny().concepts();
    var renderer = new SceneRenderer(Sprites.load(concepts, EnumSet.allOf(Style.class), 128));
    scenes = JudgeTraining.drawings(concepts, SceneSplit.TRAIN);
    drawings = scenes.stream().map(scene -> renderer.render(scene, 64)).toList();
  }

  @AfterAll
  static void close() {
    judge.close();
  }

  @Test
  void itLearnsWhatDrawingsAreCalled() {
    var concepts = JudgePreset.tiny().concepts();
    List<float[]> names = judge.texts(JudgeTraining.names(concepts));
    List<float[]> images = judge.images(drawings);
    int right = 0;
    for (int i = 0; i < images.size(); i++) {
      int best = 0;
      for (int j = 1; j < names.size(); j++) {
        if (Vectors.dot(images.get(i), names.get(j))
            > Vectors.dot(images.get(i), names.get(best))) {
          best = j;
        }
      }
      var shown = scenes.get(i).subject().concepts().get(0);
      right += concepts.concepts().indexOf(shown) == best ? 1 : 0;
    }
    assertThat((double) right / images.size()).isGreaterThan(0.4); // by chance: a sixth
  }

  @Test
  void vectorsHaveLengthOneAndDoNotDependOnTheirCompany() {
    List<Image> images = drawings.subList(0, 3);
    List<float[]> together = judge.images(images);
    for (int i = 0; i < images.size(); i++) {
      assertThat(Vectors.dot(together.get(i), together.get(i))).isCloseTo(1, within(1e-5));
      assertThat(judge.images(List.of(images.get(i))).get(0))
          .containsExactly(together.get(i), Assertions.withPrecision(1e-5f));
    }
    assertThat(judge.images(List.of())).isEmpty();
  }

  @Test
  void theOrderOfWordsAndUnknownWordsSayNothing() {
    List<float[]> texts = judge.texts(List.of("a red apple", "apple, red a zyzzyva"));
    assertThat(texts.get(1)).containsExactly(texts.get(0), Assertions.withPrecision(1e-5f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a small frog", "three frogs", "a large frog"})
  void aThingLooksTheSameWhateverItsSizePlaceAndCompany(String caption) {
    var reader = new CaptionReader(JudgePreset.tiny().concepts());
    float[] alone = closeUp(reader.read("a frog on a blue background, twitter style"));
    float[] other = closeUp(reader.read(caption + " on a blue background, twitter style"));
    double difference = 0;
    for (int i = 0; i < alone.length; i++) {
      difference += Math.abs(alone[i] - other[i]) / alone.length;
    }
    assertThat(difference).isLessThan(0.06); // of another frog, in another style: 0.3
  }

  private static float[] closeUp(Scene scene) {
    var sprites = Sprites.load(JudgePreset.tiny().concepts(), Set.of(Style.TWITTER), 128);
    Image picture = new SceneRenderer(sprites).render(scene, 128);
    return CloseUp.of(picture, Observation.of(picture), 32);
  }

  @Test
  void aPictureOfNothingIsLookedAtAsAWhole() {
    Image empty = new Image(64, 64, new float[3 * 64 * 64]);
    assertThat(CloseUp.of(empty, Observation.of(empty), 32)).hasSize(3 * 32 * 32).containsOnly(0);
  }

  @Test
  void anAugmentedPictureIsTheSameForTheSameSeed() {
    var augmentation = new Augmentation(32);
    Image image = drawings.get(0);
    for (int seed = 0; seed < 50; seed++) {
      float[] once = augmentation.apply(image, new SplittableRandom(seed));
      assertThat(once).hasSize(3 * 32 * 32);
      assertThat(augmentation.apply(image, new SplittableRandom(seed))).isEqualTo(once);
      assertThat(augmentation.apply(image, new SplittableRandom(seed + 1))).isNotEqualTo(once);
      for (float value : once) {
        assertThat(value).isBetween(-1.5f, 1.5f);
      }
    }
  }

  @Test
  void wordsKeepTheirNumbersOnDisk() {
    Words words = Words.of(List.of("an owl", "a yak"));
    Path file = folder.resolve("words.txt");
    words.write(file);
    assertThat(Words.read(file).ids("An Owl, a yak; fox!"))
        .isEqualTo(words.ids("An Owl, a yak; fox!"))
        .hasSize(4); // a fox is unknown
  }

  @Test
  void itsFileSaysHowItWasTrained() {
    try (var weights = Checkpoint.open(folder.resolve("judge/model.safetensors"))) {
      assertThat(weights.metadata())
          .containsEntry("diffusion4j.part", "judge")
          .containsEntry("diffusion4j.steps", "80")
          .containsEntry("diffusion4j.optimizer", "adamw");
    }
  }

  @Test
  void whatIsNoJudgeIsRefused() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> EvaluationModel.load(folder.resolve("nobody"), Compute.of(Precision.FLOAT32)))
        .withMessage(
            "judge: " + folder.resolve("nobody") + " (expected: a folder with config.json)");
    Path damaged = Files.createDirectories(folder.resolve("damaged"));
    for (String name : List.of("config.json", "words.txt", "model.safetensors")) {
      Files.copy(folder.resolve("judge").resolve(name), damaged.resolve(name));
    }
    List<String> words = Files.readAllLines(damaged.resolve("words.txt"));
    Files.write(damaged.resolve("words.txt"), words.subList(0, words.size() - 1));
    Assertions.assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> EvaluationModel.load(damaged, Compute.of(Precision.FLOAT32)))
        .withMessageContaining("text.words.weight");
    Files.write(damaged.resolve("words.txt"), Arrays.asList("twice", "twice"));
    Assertions.assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> EvaluationModel.load(damaged, Compute.of(Precision.FLOAT32)))
        .withMessageContaining("each of them once");
  }
}
