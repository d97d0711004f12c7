package io.diffusion4j.emoji.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.offset;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.Observation.Blob;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SceneRendererTest {
  private static SceneRenderer renderer;

  @BeforeAll
  static void rasterize(@TempDir Path folder) {
    renderer =
        new SceneRenderer(
            Sprites.load(
                ConceptSet.ofLabels(
                    "few", List.of("red apple", "bear", "tangerine", "black heart")),
                EnumSet.of(Style.TWITTER, Style.FLAT),
                128,
                folder));
  }

  @ParameterizedTest
  @EnumSource(NamedColor.class)
  void theRimIsExactlyTheBackground(NamedColor background) {
    for (SceneSize size : SceneSize.values()) {
      var subject = new Subject.Single(Fixtures.concept("bear"), size);
      for (int side : new int[] {32, 64, 100}) {
        Image image = renderer.render(Scene.of(subject, Style.TWITTER, background), side);
        for (int i = 0; i < side; i++) {
          for (int at : new int[] {i, (side - 1) * side + i, i * side, i * side + side - 1}) {
            assertThat(image.pixels()[3 * at]).isEqualTo(2 * (background.channel(0) / 255f) - 1);
            assertThat(image.pixels()[3 * at + 1])
                .isEqualTo(2 * (background.channel(1) / 255f) - 1);
            assertThat(image.pixels()[3 * at + 2])
                .isEqualTo(2 * (background.channel(2) / 255f) - 1);
          }
        }
        Observation seen = Observation.of(image);
        assertThat(seen.background()).isEqualTo(background);
        assertThat(seen.backgroundError()).isLessThan(1e-5);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void copiesStandApart(int count) {
    var subject = new Subject.Several(Fixtures.concept("red apple"), count);
    for (int side : new int[] {32, 64}) {
      Image image = renderer.render(Scene.of(subject, Style.TWITTER, NamedColor.BLUE), side);
      assertThat(Observation.of(image).things()).hasSize(count);
    }
  }

  @Test
  void theFirstOfAPairIsLeftOrAbove() {
    for (Relation relation : Relation.values()) {
      var pair =
          new Subject.Pair(Fixtures.concept("red apple"), relation, Fixtures.concept("tangerine"));
      Image image = renderer.render(Scene.of(pair, Style.FLAT, NamedColor.WHITE), 64);
      List<Blob> blobs = Observation.of(image).things();
      assertThat(blobs).hasSize(2);
      Blob apple = blobs.get(isRed(image, blobs.get(0)) ? 0 : 1);
      Blob tangerine = blobs.get(isRed(image, blobs.get(0)) ? 1 : 0);
      assertThat(isRed(image, apple)).isTrue();
      assertThat(isRed(image, tangerine)).isFalse();
      if (relation == Relation.LEFT_OF) {
        assertThat(tangerine.x() - apple.x()).isGreaterThan(0.4);
        assertThat(tangerine.y()).isCloseTo(apple.y(), offset(0.05));
      } else {
        assertThat(tangerine.y() - apple.y()).isGreaterThan(0.4);
        assertThat(tangerine.x()).isCloseTo(apple.x(), offset(0.05));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SceneSize.class)
  void theLongerSideIsAsLongAsSaid(SceneSize size) {
    var subject = new Subject.Single(Fixtures.concept("bear"), size);
    for (int side : new int[] {32, 64, 128, 256}) {
      Image image = renderer.render(Scene.of(subject, Style.TWITTER, NamedColor.WHITE), side);
      Blob bear = Observation.of(image).things().get(0);
      assertThat(Math.max(bear.width(), bear.height()))
          .isCloseTo(size.fraction(), offset(2.5 / side));
      assertThat(bear.x()).isCloseTo(0.5, offset(0.04));
    }
  }

  /**
   * Area-averaging commutes with itself: a picture shrunk by two is the picture at half the size.
   */
  @Test
  void aSmallPictureIsTheMeanOfALargeOne() {
    Scene scene = Scene.of(Fixtures.single("bear"), Style.FLAT, NamedColor.GREEN);
    Image large = renderer.render(scene, 64);
    Image small = renderer.render(scene, 32);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        for (int c = 0; c < 3; c++) {
          float mean = 0;
          for (int i = 0; i < 4; i++) {
            mean += large.pixels()[3 * ((2 * y + i / 2) * 64 + 2 * x + i % 2) + c] / 4;
          }
          assertThat(small.pixels()[3 * (y * 32 + x) + c]).isCloseTo(mean, offset(1e-5f));
        }
      }
    }
  }

  @Test
  void aTintTakesEveryHueButItsOwn() {
    Scene scene = Scene.of(Fixtures.single("red apple"), Style.FLAT, NamedColor.WHITE);
    Image image = renderer.render(scene.withTint(NamedColor.BLUE), 64);
    for (int i = 0; i < image.pixels().length; i += 3) {
      assertThat(image.pixels()[i + 2]).isGreaterThanOrEqualTo(image.pixels()[i] - 1e-6f);
    }
  }

  @Test
  void pixelsStayInRange() {
    for (int side : new int[] {8, 33, 300}) {
      Scene scene = Scene.of(Fixtures.single("black heart"), Style.TWITTER, NamedColor.WHITE);
      for (float value : renderer.render(scene, side).pixels()) {
        assertThat(value).isBetween(-1f, 1f);
      }
    }
  }

  @Test
  void whatWasNotLoadedIsSaid() {
    Scene fox = Scene.of(Fixtures.single("fox"), Style.TWITTER, NamedColor.WHITE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> renderer.render(fox, 32))
        .withMessage("sprite: fox (1F98A) in twitter style (expected: one that was loaded)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> renderer.render(fox, 4))
        .withMessage("size: 4 (expected: ≥ 8 pixels)");
  }

  private static boolean isRed(Image image, Blob blob) {
    int x = (int) (blob.x() * image.width());
    int y = (int) (blob.y() * image.height());
    return image.pixels()[3 * (y * image.width() + x) + 1] < 0; // the tangerine has more green
  }
}
