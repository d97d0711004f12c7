package io.diffusion4j.emoji.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CaptionerTest {
  private static final int N = 5000;

  private final Scene fox = Scene.of(Fixtures.single("fox"), Style.NOTO, NamedColor.WHITE);

  @Test
  void factualCaptionsSayEverythingOnce() {
    assertThat(Captioner.factual(fox)).isEqualTo("a fox, noto style");
    assertThat(
            Captioner.factual(
                Scene.of(
                    new Subject.Single(Fixtures.concept("owl"), SceneSize.SMALL),
                    Style.FLUENT,
                    NamedColor.ORANGE)))
        .isEqualTo("a small owl on an orange background, 3d style");
    assertThat(
            Captioner.factual(
                Scene.of(
                        new Subject.Several(Fixtures.concept("mouse"), 3),
                        Style.TWITTER,
                        NamedColor.PINK)
                    .withTint(NamedColor.BLUE)))
        .isEqualTo("three blue mice on a pink background, twitter style");
    assertThat(
            Captioner.factual(
                Scene.of(
                    new Subject.Pair(
                        Fixtures.concept("owl"), Relation.ABOVE, Fixtures.concept("lion")),
                    Style.FLAT,
                    NamedColor.BLACK)))
        .isEqualTo("an owl above a lion on a black background, flat style");
    assertThat(
            Captioner.factual(
                Scene.of(
                    new Subject.Pair(
                        Fixtures.concept("bread"), Relation.LEFT_OF, Fixtures.concept("grapes")),
                    Style.NOTO,
                    NamedColor.WHITE)))
        .isEqualTo("bread to the left of grapes, noto style");
  }

  @Test
  void aVagueCaptionNamesTheKindAndTheBackground() {
    assertThat(Captioner.vague("animal", NamedColor.ORANGE))
        .isEqualTo("an animal on an orange background");
    assertThat(Captioner.vague("food", NamedColor.BLUE)).isEqualTo("food on a blue background");
    assertThat(Captioner.vague("sea creature", NamedColor.WHITE)).isEqualTo("a sea creature");
  }

  @Test
  void oneSceneHasManyTrueCaptions() {
    assertThat(captions(fox))
        .contains(
            "a fox",
            "fox",
            "fox, noto style",
            "a fox in noto style",
            "an animal",
            "a fox on a white background",
            "a picture of a fox",
            "animal, noto style")
        .allMatch(c -> !c.isEmpty());
    var pair =
        new Subject.Pair(Fixtures.concept("owl"), Relation.LEFT_OF, Fixtures.concept("lion"));
    assertThat(captions(Scene.of(pair, Style.NOTO, NamedColor.RED)))
        .contains(
            "an owl to the left of a lion on a red background",
            "a lion to the right of an owl on a red background",
            "a bird left of a lion on a red background",
            "owl left of lion, red background")
        .noneMatch(c -> c.matches(".*lion (to the )?left of.*|.*owl (to the )?right of.*"))
        .noneMatch(c -> c.contains("above"));
    var tacos = new Subject.Several(Fixtures.concept("taco"), 3);
    assertThat(captions(Scene.of(tacos, Style.NOTO, NamedColor.BLUE)))
        .contains("three tacos on a blue background", "3 tacos on a blue background")
        .noneMatch(c -> c.contains("three food") || c.contains("taco on"));
  }

  @Test
  void aNamedStyleHasPlainWords() {
    Scene blue = Scene.of(Fixtures.single("guitar"), Style.OUTLINED, NamedColor.BLUE);
    assertThat(Captioner.plain(blue)).isEqualTo("a guitar on a blue background, as an outline");
    var captioner = new Captioner(CaptionMix.standard().withPlainStyles(0.8));
    List<String> captions = all(captioner, blue);
    assertThat(captions)
        .contains(
            "an outline of a guitar on a blue background",
            "a guitar as an outline on a blue background",
            "a guitar on a blue background as an outline",
            "a guitar on a blue background, as a line drawing",
            "guitar, blue background, outline",
            "a guitar on a blue background in outlined style",
            "a guitar on a blue background");
    double plain =
        captions.stream().filter(c -> c.matches(".*(outline|line drawing)\\b.*")).count();
    double set = captions.stream().filter(c -> c.contains("outlined style")).count();
    assertThat((plain + set) / N).isCloseTo(0.5, within(0.03));
    assertThat(plain / (plain + set)).isCloseTo(0.8, within(0.03));
  }

  @Test
  void noTwoStylesShareTheirWords() {
    assertThat(Style.values())
        .flatExtracting(Style::plainWords)
        .hasSizeGreaterThan(Style.values().length)
        .doesNotHaveDuplicates();
  }

  @Test
  void captionsLeaveOutNothingThatIsUnusual() {
    var sampler =
        new SceneSampler(
            ConceptSet.core(), SceneMix.mostlyVaried().withTint(0.3), SceneSplit.TRAIN, 5);
    var captioner = new Captioner(CaptionMix.standard());
    for (int i = 0; i < N; i++) {
      Scene scene = sampler.scene(i);
      String caption = captioner.caption(scene, i, 5);
      if (scene.background() != NamedColor.WHITE) {
        assertThat(caption).contains(scene.background().word());
      }
      scene.tint().ifPresent(tint -> assertThat(caption).contains(tint.word()));
      if (scene.subject() instanceof Subject.Single single && single.size() != SceneSize.MEDIUM) {
        assertThat(single.size().words()).anyMatch(caption::contains);
      }
      assertThat(caption)
          .doesNotContain("  ", "’", " ,")
          .doesNotMatch(".*\\ba (?!eu|ewe|one)[aeio].*")
          .doesNotMatch(".*\\ban [^aeiouxhs8].*");
    }
  }

  @Test
  void wordingsComeAsOftenAsTheMixSays() {
    var standardWithEmpty = new CaptionMix(0.45, 0.18, 0.18, 0.09, 0.1, 0.5, 0);
    List<String> captions = all(new Captioner(standardWithEmpty), fox);
    assertThat(captions.stream().filter(String::isEmpty).count() / (double) N)
        .isCloseTo(0.1, within(0.02));
    assertThat(captions.stream().filter(c -> c.contains("noto style")).count() / (0.9 * N))
        .isCloseTo(0.5, within(0.03));
    // a whole phrase or a terse one, 0.7 of the captions that are not empty
    assertThat(captions.stream().filter(c -> c.contains("fox")).count() / (0.9 * N))
        .isCloseTo(0.7, within(0.03));
  }

  /** Checkpoints state a seed and a position: what they name must not change under them. */
  @Test
  void theSeriesStaysWhatItWas() {
    var sampler =
        new SceneSampler(ConceptSet.natureAndFood(), SceneMix.mostlyCentred(), SceneSplit.TRAIN, 1);
    var captioner = new Captioner(CaptionMix.standard());
    assertThat(IntStream.range(0, 8).mapToObj(i -> captioner.caption(sampler.scene(i), i, 1)))
        .containsExactly(
            "two drinks",
            "shallow pan of food emojione style",
            "dessert, wrapper",
            "cat",
            "a picture of an ox in firefox style",
            "hippopotamus under canned food, gray background, noto style",
            "bread on a pink background",
            "beverage, teacup, drink, 3d style");
  }

  @Test
  void theSameIndexHasTheSameCaption() {
    var captioner = new Captioner(CaptionMix.standard());
    assertThat(IntStream.range(0, 100).mapToObj(i -> captioner.caption(fox, i, 1)))
        .containsExactlyElementsOf(
            IntStream.range(0, 100).mapToObj(i -> captioner.caption(fox, i, 1)).toList());
  }

  private static Set<String> captions(Scene scene) {
    return new HashSet<>(all(new Captioner(CaptionMix.standard()), scene));
  }

  private static List<String> all(Captioner captioner, Scene scene) {
    return IntStream.range(0, N).mapToObj(i -> captioner.caption(scene, i, 3)).toList();
  }
}
