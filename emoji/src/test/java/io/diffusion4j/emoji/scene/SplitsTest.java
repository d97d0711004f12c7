package io.diffusion4j.emoji.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SplitsTest {
  /** By Python: {@code int(hashlib.sha256(s.encode()).hexdigest()[:8], 16)}. */
  @ParameterizedTest
  @CsvSource({
    "style|1F98A|noto, 2472783881",
    "style|1F98A|fluent, 3684383579",
    "background|1F98A|blue, 2007800403",
    "count|1F32E|3, 626352064",
    "pair|1F989|above|1F981, 3809263939",
    "pair|1F989|left of|1F981, 2366596238"
  })
  void hashesAreTheFirstEightDigitsOfSha256(String s, long expected) {
    assertThat(Splits.hash(s)).isEqualTo(expected);
  }

  /** By Python, as above, with {@code % 10 == 0}. */
  @Test
  void combinationsAreHeldOutAsAnybodyComputesThem() {
    assertThat(Splits.isHeldOut(concept("balloon"), Style.FLUENT)).isTrue();
    assertThat(Splits.isHeldOut(concept("balloon"), Style.FLAT)).isTrue();
    assertThat(Splits.isHeldOut(concept("sparkles"), Style.TWITTER)).isTrue();
    assertThat(Splits.isHeldOut(concept("chicken"), NamedColor.PINK)).isTrue();
    assertThat(Splits.isHeldOut(concept("flying disc"), 2)).isTrue();
    assertThat(Splits.isHeldOut(concept("owl"), Relation.ABOVE, concept("tanabata tree"))).isTrue();
    assertThat(Splits.isHeldOut(concept("fox"), Style.NOTO)).isFalse();
    assertThat(Splits.isHeldOut(concept("fox"), NamedColor.BLUE)).isFalse();
    assertThat(Splits.isHeldOut(concept("taco"), 3)).isFalse();
    assertThat(Splits.isHeldOut(concept("owl"), Relation.LEFT_OF, concept("lion"))).isFalse();
  }

  /**
   * By Python over the table: 118 of nature and food × style family, 83 of nature and food × count.
   */
  @Test
  void oneInTenIsHeldOut() {
    int styles = 0;
    int counts = 0;
    for (Concept concept : ConceptSet.natureAndFood().concepts()) {
      Set<Style> families = EnumSet.copyOf(concept.icons().keySet());
      if (families.contains(Style.FLUENT)) {
        families.remove(Style.FLAT);
      }
      styles += (int) families.stream().filter(s -> Splits.isHeldOut(concept, s)).count();
      counts +=
          (int) LongStream.of(2, 3, 4).filter(n -> Splits.isHeldOut(concept, (int) n)).count();
    }
    assertThat(styles).isEqualTo(118);
    assertThat(counts).isEqualTo(83);
  }

  @Test
  void whiteAndOneAreNeverHeldOut() {
    assertThat(ConceptSet.core().concepts())
        .noneMatch(c -> Splits.isHeldOut(c, NamedColor.WHITE))
        .noneMatch(c -> Splits.isHeldOut(c, 1));
  }

  @ParameterizedTest
  @EnumSource(SceneSplit.class)
  void everySceneBelongsToItsSplitAlone(SceneSplit split) {
    for (SceneMix mix : new SceneMix[] {SceneMix.mostlyCentred(), SceneMix.mostlyVaried()}) {
      var sampler = new SceneSampler(ConceptSet.natureAndFood(), mix, split, 7);
      for (int i = 0; i < 2000; i++) {
        Scene scene = sampler.scene(i);
        for (SceneSplit other : SceneSplit.values()) {
          assertThat(other.holds(Splits.heldOut(scene))).as("%s", scene).isEqualTo(other == split);
        }
      }
      assertThat(sampler.catalogue()).allMatch(s -> split.holds(Splits.heldOut(s)));
    }
  }

  @Test
  void theCataloguesOfTrainingAndStyleTestMakeUpAllDrawings() {
    var concepts = ConceptSet.natureAndFood();
    var mix = SceneMix.plain();
    int train = new SceneSampler(concepts, mix, SceneSplit.TRAIN, 0).catalogue().size();
    int test = new SceneSampler(concepts, mix, SceneSplit.HELD_OUT_STYLE, 0).catalogue().size();
    int all = concepts.concepts().stream().mapToInt(c -> c.icons().size()).sum();
    assertThat(train + test).isEqualTo(all);
    assertThat((double) test / all).isCloseTo(0.1, within(0.03));
  }

  private static Concept concept(String label) {
    return Fixtures.concept(label);
  }
}
