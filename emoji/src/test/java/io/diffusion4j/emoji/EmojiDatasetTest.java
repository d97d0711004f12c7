package io.diffusion4j.emoji;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.NamedColor;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.Split;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmojiDatasetTest {
  private static final Set<Style> STYLES = EnumSet.of(Style.TWITTER, Style.EMOJIONE);

  private static Path cache;
  private static Sprites sprites;
  private static EmojiDataset.Settings settings;

  @BeforeAll
  static void rasterize(@TempDir Path folder) {
    cache = folder;
    var concepts =
        ConceptSet.ofLabels(
            "few", List.of("fox", "owl", "lion", "taco", "rose", "bread", "grapes"));
    settings =
        EmojiDataset.Settings.training(concepts, 32, 11)
            .withScenes(SceneMix.mostlyVaried().withStyles(STYLES).withTint(0.1));
    sprites = Sprites.load(concepts, STYLES, 64, cache);
  }

  @Test
  void anExampleIsTheSameWheneverAndWhereverItIsDrawn() {
    var here = new EmojiDataset(settings, sprites);
    var there = new EmojiDataset(settings, Sprites.load(settings.concepts(), STYLES, 64, cache));
    List<Example> backwards =
        IntStream.range(0, 300).parallel().mapToObj(i -> there.sample(299 - i)).toList();
    for (int i = 0; i < 300; i++) {
      Example one = here.sample(i);
      Example other = backwards.get(299 - i);
      assertThat(other.scene()).isEqualTo(one.scene());
      assertThat(other.caption()).isEqualTo(one.caption()).isEqualTo(here.caption(i));
      assertThat(other.image().pixels()).isEqualTo(one.image().pixels());
    }
  }

  @Test
  void seedsSplitsAndIndicesGiveOtherExamples() {
    var dataset = new EmojiDataset(settings, sprites);
    var reseeded = new EmojiDataset(settings.withSeed(12), sprites);
    assertThat(IntStream.range(0, 100).mapToObj(i -> dataset.sample(i).scene()).distinct().count())
        .isGreaterThan(60);
    assertThat(
            IntStream.range(0, 100)
                .filter(i -> dataset.sample(i).scene().equals(reseeded.sample(i).scene())))
        .hasSizeLessThan(10);
    assertThat(dataset.sample(Long.MAX_VALUE).image().width()).isEqualTo(32);
    assertThat(dataset.sample(-1).image().height()).isEqualTo(32);
  }

  @Test
  void theCorpusIsTheCaptionsOfTheFirstExamples() {
    var dataset = new EmojiDataset(settings, sprites);
    assertThat(dataset.captions(50))
        .hasSize(50)
        .containsExactlyElementsOf(
            IntStream.range(0, 50).mapToObj(i -> dataset.sample(i).caption()).toList());
    assertThat(dataset.captions(50)).as("can be read twice").hasSize(50);
  }

  @Test
  void theCatalogueShowsEveryTrainingDrawingOnce() {
    var dataset = new EmojiDataset(settings, sprites);
    assertThat(dataset.catalogue())
        .isNotEmpty()
        .allMatch(e -> e.scene().background() == NamedColor.WHITE)
        .allMatch(e -> e.image().width() == 32)
        .extracting(Example::caption)
        .contains("a fox, twitter style")
        .doesNotHaveDuplicates();
  }

  @Test
  void spritesMustCoverTheStyles() {
    var more = settings.withScenes(SceneMix.mostlyCentred()).withSplit(Split.HELD_OUT_STYLE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EmojiDataset(more, sprites))
        .withMessageStartingWith("sprites: [TWITTER, EMOJIONE] (expected: all of [NOTO, ");
  }
}
