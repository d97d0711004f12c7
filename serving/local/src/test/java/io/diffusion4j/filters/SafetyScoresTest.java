package io.diffusion4j.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.filter.ConceptScore;
import io.diffusion4j.diffusion.filter.Moderation;
import io.diffusion4j.filters.SafetyChecker.SafetyScores;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The formula on angles whose cosines are known. */
class SafetyScoresTest {
  private static final float[] EAST = {1, 0};

  /** A direction with this cosine to east, of a length that must not matter. */
  private static float[] at(double cosine) {
    return new float[] {(float) (3 * cosine), (float) (3 * Math.sqrt(1 - cosine * cosine))};
  }

  private static List<ConceptScore> scores(double concept, double special) {
    var formula =
        new SafetyScores(
            List.of(at(concept)), new float[] {0.5f}, List.of(at(special)), new float[] {0.5f});
    return formula.of(EAST, 0, 0.05);
  }

  @Test
  void aScoreIsTheCosineLessTheWeight() {
    assertThat(scores(0.7, 0.1).get(0).score()).isCloseTo(0.2, within(1e-9));
    assertThat(scores(0.2, 0.1).get(0).score()).isCloseTo(-0.3, within(1e-9));
    assertThat(scores(0.2, 0.1).get(0).concept()).isEqualTo("concept-0");
  }

  @Test
  void aSpecialCareConceptNeverRefusesAndMakesTheOthersStricter() {
    ConceptScore alone = scores(0.495, 0.4).get(0);
    assertThat(alone.excess(Moderation.AUTO)).isNegative();
    List<ConceptScore> beside = scores(0.495, 0.9);
    assertThat(beside.get(0).score()).isCloseTo(alone.score() + 0.01, within(1e-9));
    assertThat(beside.get(0).excess(Moderation.AUTO)).isPositive();
    assertThat(beside.get(1).concept()).isEqualTo("special-care-0");
    assertThat(beside.get(1).excess(Moderation.AUTO)).isNegative();
  }

  /** A concept of special care is measured before its own adjustment, and the next one after it. */
  @Test
  void theAdjustmentHoldsForScoresAfterIt() {
    var formula =
        new SafetyScores(
            List.of(), new float[0], List.of(at(0.6), at(0.495)), new float[] {0.5f, 0.5f});
    assertThat(formula.of(EAST, 0, 0))
        .extracting(ConceptScore::score)
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : 1)
        .containsExactly(0.1, 0.005);
  }

  @Test
  void scoresAreRoundedBeforeTheyAreCompared() {
    assertThat(scores(0.5004, 0.1).get(0).excess(Moderation.AUTO)).isZero();
    assertThat(scores(0.5006, 0.1).get(0).excess(Moderation.AUTO)).isPositive();
  }

  @Test
  void lowModerationHasItsOwnThreshold() {
    ConceptScore score = scores(0.53, 0.1).get(0);
    assertThat(score.excess(Moderation.AUTO)).isPositive();
    assertThat(score.excess(Moderation.LOW)).isNegative();
  }
}
