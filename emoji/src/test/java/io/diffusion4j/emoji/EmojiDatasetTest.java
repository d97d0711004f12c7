package io.diffusion4j.emoji;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.emoji.EmojiDataset.Settings;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.NamedColor;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneSampler;
import io.diffusion4j.emoji.scene.SceneSplit;
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
  private static Settings settings;

  @BeforeAll
  static void rasterize(@TempDir Path folder) {
    cache = folder;
    var concepts =
        ConceptSet.ofLabels(
            "few", List.of("fox", "owl", "lion", "taco", "rose", "bread", "grapes"));
    settings =
        Settings.training(concepts, 32, 11)
            .withScenes(SceneMix.mostlyVaried().withStyles(STYLES).withTint(0.1));
    sprites = Sprites.load(concepts, STYLES, 64, cache);
  }

  @Test
  void anExampleIsTheSameWheneverAndWhereverItIsDrawn() {
    var here = new EmojiDataset(settings, sprites);
    var there = new EmojiDataset(settings, Sprites.load(settings.concepts(), STYLES, 64, cache));
    List<CaptionedImage> backwards =
        IntStream.range(0, 300).parallel().mapToObj(i -> there.get(299 - i)).toList();
    for (int i = 0; i < 300; i++) {
      CaptionedImage one = here.get(i);
      CaptionedImage other = backwards.get(299 - i);
      assertThat(there.scene(i)).isEqualTo(here.scene(i));
      assertThat(other.caption()).isEqualTo(one.caption());
      assertThat(other.image().pixels()).isEqualTo(one.image().pixels());
    }
  }

  @Test
  void seedsSplitsAndIndicesGiveOtherExamples() {
    var dataset = new EmojiDataset(settings, sprites);
    var reseeded =
        new EmojiDataset(
            Settings.training(settings.concepts(), 32, 12).withScenes(settings.scenes()), sprites);
    assertThat(IntStream.range(0, 100).mapToObj(i -> dataset.scene(i)).distinct().count())
        .isGreaterThan(60);
    assertThat(IntStream.range(0, 100).filter(i -> dataset.scene(i).equals(reseeded.scene(i))))
        .hasSizeLessThan(10);
    assertThat(dataset.get(Long.MAX_VALUE).image().width()).isEqualTo(32);
    assertThat(dataset.get(-1).image().height()).isEqualTo(32);
  }

  @Test
  void theCatalogueShowsEveryTrainingDrawingOnce() {
    var dataset = new EmojiDataset(settings, sprites);
    var catalogue =
        new SceneSampler(settings.concepts(), settings.scenes(), settings.split(), 11).catalogue();
    assertThat(catalogue)
        .isNotEmpty()
        .allMatch(scene -> scene.background() == NamedColor.WHITE)
        .allMatch(scene -> dataset.render(scene, "").image().width() == 32)
        .extracting(Captioner::factual)
        .contains("a fox, twitter style")
        .doesNotHaveDuplicates();
  }

  @Test
  void spritesMustCoverTheStyles() {
    var more = settings.withScenes(SceneMix.mostlyCentred()).withSplit(SceneSplit.HELD_OUT_STYLE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EmojiDataset(more, sprites))
        .withMessageStartingWith("sprites: [TWITTER, EMOJIONE] (expected: all of [NOTO, ");
  }
}
