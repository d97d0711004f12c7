package io.diffusion4j.emoji.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SceneSamplerTest {
  private static final int N = 20_000;

  private final SceneSampler sampler =
      new SceneSampler(
          ConceptSet.natureAndFood(), SceneMix.mostlyCentred().withTint(0.2), SceneSplit.TRAIN, 42);

  @Test
  void aSceneDependsOnSeedAndIndexAlone() {
    var again =
        new SceneSampler(
            ConceptSet.natureAndFood(),
            SceneMix.mostlyCentred().withTint(0.2),
            SceneSplit.TRAIN,
            42);
    List<Scene> forwards = IntStream.range(0, 500).mapToObj(sampler::scene).toList();
    for (int i = 499; i >= 0; i--) {
      assertThat(again.scene(i)).isEqualTo(forwards.get(i));
    }
    var other =
        new SceneSampler(
            ConceptSet.natureAndFood(), SceneMix.mostlyCentred(), SceneSplit.TRAIN, 43);
    assertThat(IntStream.range(0, 500).filter(i -> other.scene(i).equals(forwards.get(i))).count())
        .isLessThan(10);
  }

  @Test
  void kindsComeAsOftenAsTheMixSays() {
    assertThat(share(s -> s.subject() instanceof Subject.Several)).isCloseTo(0.14, within(0.01));
    assertThat(share(s -> s.subject() instanceof Subject.Pair)).isCloseTo(0.14, within(0.01));
    assertThat(share(s -> size(s) == SceneSize.SMALL)).isCloseTo(0.06, within(0.01));
    assertThat(share(s -> size(s) == SceneSize.LARGE)).isCloseTo(0.06, within(0.01));
    // Held-out backgrounds are redrawn, which favours white a little.
    assertThat(share(s -> s.background() != NamedColor.WHITE)).isCloseTo(0.69, within(0.02));
  }

  @Test
  void everyConceptStyleAndBackgroundIsSeen() {
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < N; i++) {
      Scene scene = sampler.scene(i);
      seen.addAll(scene.subject().concepts());
      seen.add(scene.style());
      seen.add(scene.background());
    }
    assertThat(seen).hasSize(290 + Style.values().length + NamedColor.values().length);
  }

  @Test
  void inOneStyleAThingIsAlwaysDrawnAlike() {
    var mix = SceneMix.plain().withOneStyleOf(EnumSet.of(Style.NOTO, Style.TWITTER));
    var one = new SceneSampler(ConceptSet.natureAndFood(), mix, SceneSplit.TRAIN, 0);
    for (int i = 0; i < N; i++) {
      Scene scene = one.scene(i);
      Concept concept = scene.subject().concepts().get(0);
      boolean defaultValue =
          concept.isDrawnIn(Style.NOTO) && !Splits.isHeldOut(concept, Style.NOTO);
      assertThat(scene.style()).isEqualTo(defaultValue ? Style.NOTO : Style.TWITTER);
    }
    var unseen = new SceneSampler(ConceptSet.natureAndFood(), mix, SceneSplit.HELD_OUT_STYLE, 0);
    Scene scene = unseen.scene(0);
    assertThat(Splits.isHeldOut(scene.subject().concepts().get(0), scene.style())).isTrue();
  }

  @Test
  void everyOtherRowStandsBeforeOneBackground() {
    var mix = SceneMix.mostlyCentred().withRowsAlike(50);
    var rows = new SceneSampler(ConceptSet.natureAndFood(), mix, SceneSplit.TRAIN, 0);
    Set<NamedColor> common = new HashSet<>();
    for (int row = 0; row < 40; row++) {
      Set<NamedColor> backgrounds = new HashSet<>();
      for (int i = 0; i < 50; i++) {
        backgrounds.add(rows.scene(50 * row + i).background());
      }
      if (row % 2 == 0) {
        assertThat(backgrounds).hasSize(1);
        common.addAll(backgrounds);
      } else {
        assertThat(backgrounds).hasSizeGreaterThan(5);
      }
    }
    assertThat(common).hasSizeGreaterThan(5);
  }

  @Test
  void theNextSceneDiffersInTheOrderOfItsThingsOrInTheStyle() {
    var mix = SceneMix.mostlyCentred().withTint(0.2).withRelated(0.4).withRowsAlike(50).withSwaps();
    var twos = new SceneSampler(ConceptSet.natureAndFood(), mix, SceneSplit.TRAIN, 3);
    int pairs = 0;
    int swapped = 0;
    int restyled = 0;
    for (int i = 0; i < N; i += 2) {
      Scene one = twos.scene(i);
      Scene two = twos.scene(i + 1);
      assertThat(two.subject()).hasSameClassAs(one.subject());
      assertThat(Splits.heldOut(two)).isEmpty();
      if (one.subject() instanceof Subject.Pair pair) {
        pairs++;
        if (two.subject().equals(pair.swapped())) {
          swapped++;
          assertThat(two.background()).isEqualTo(one.background());
          assertThat(two.style()).isEqualTo(one.style());
          assertThat(two.tint()).isEqualTo(one.tint());
          assertThat(two.placements()).isNotEqualTo(one.placements());
        }
      } else if (two.subject().equals(one.subject())) {
        restyled++;
        assertThat(two.withStyle(one.style())).isEqualTo(one);
        assertThat(two.style()).isNotEqualTo(one.style());
      }
    }
    assertThat(2.0 * pairs / N).isCloseTo(0.4, within(0.015));
    // One combination in ten is held out.
    assertThat((double) swapped / pairs).isCloseTo(0.9, within(0.02));
    // Few things are drawn in one style only.
    assertThat(2.0 * restyled / (N - 2 * pairs)).isGreaterThan(0.98);
  }

  @Test
  void twoThingsCanBeMadeMoreOften() {
    SceneMix mix = SceneMix.mostlyCentred().withRelated(0.57);
    assertThat(mix.kinds().related()).isEqualTo(0.57);
    assertThat(mix.kinds().centred()).isCloseTo(0.3, within(1e-9));
    assertThat(mix.kinds().several()).isCloseTo(0.07, within(1e-9));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SceneMix.mostlyCentred().withRelated(1.5))
        .withMessage("related: 1.5 (expected: in [0, 1])");
  }

  @Test
  void crowdedScenesChangeOnlyTheKinds() {
    SceneMix mix = SceneMix.mostlyCentred().withTint(0.2).withRelated(0.3).withRowsAlike(50);
    SceneMix.Kinds kinds = mix.crowded().kinds();
    assertThat(kinds.several() + kinds.related()).isCloseTo(0.65, within(1e-9));
    assertThat(mix.crowded().withRelated(0.3).withTint(0.2))
        .isEqualTo(
            SceneMix.mostlyCentred().crowded().withRelated(0.3).withTint(0.2).withRowsAlike(50));
  }

  @Test
  void onlyThingsThatCanBeCountedAreCounted() {
    for (int i = 0; i < N; i++) {
      if (sampler.scene(i).subject() instanceof Subject.Several several) {
        assertThat(Noun.of(several.concept()).isCountable()).isTrue();
      }
    }
  }

  @Test
  void aTintNeverContradictsTheNameNorHidesTheThing() {
    int tinted = 0;
    for (int i = 0; i < N; i++) {
      Scene scene = sampler.scene(i);
      if (scene.tint().isPresent()) {
        tinted++;
        assertThat(scene.tint().get()).isNotEqualTo(scene.background());
        assertThat(scene.subject().concepts()).noneMatch(c -> Noun.of(c).namesColor());
      }
    }
    assertThat((double) tinted / N).isBetween(0.14, 0.2);
  }

  @Test
  void whatCannotBeDrawnIsSaid() {
    var one = ConceptSet.ofLabels("one", List.of("fox"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SceneSampler(one, SceneMix.mostlyCentred(), SceneSplit.TRAIN, 0))
        .withMessageContaining("expected: enough for");
    var none = new SceneSampler(one, SceneMix.plain(), SceneSplit.HELD_OUT_COUNT, 0);
    // Two to four foxes: none of these numbers is held out.
    assertThatIllegalStateException()
        .isThrownBy(() -> none.scene(0))
        .withMessageContaining("HELD_OUT_COUNT");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SceneMix.plain().withTint(Double.NaN))
        .withMessage("probability: NaN (expected: in [0, 1])");
  }

  private double share(Predicate<Scene> kind) {
    return IntStream.range(0, N).filter(i -> kind.test(sampler.scene(i))).count() / (double) N;
  }

  private static SceneSize size(Scene scene) {
    return scene.subject() instanceof Subject.Single single ? single.size() : SceneSize.MEDIUM;
  }
}
