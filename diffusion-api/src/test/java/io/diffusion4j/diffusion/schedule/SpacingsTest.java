package io.diffusion4j.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SpacingsTest {
  /** {@code np.floor(np.linspace(0, 30, 22, endpoint=False))[11]} is 14, and ⌊11·30/22⌋ is 15. */
  @Test
  void distilledTimestepsAreCutAsNumpyCutsThem() {
    var timesteps = TimestepSpacings.distilled(50, 0.6).of(1000, 22);
    assertThat(timesteps.get(11)).isEqualTo(319);
  }

  static Stream<Arguments> spacings() {
    return Stream.of(
        arguments(TimestepSpacings.UNCLIP),
        arguments(TimestepSpacings.LEADING),
        arguments(TimestepSpacings.LINSPACE),
        arguments(TimestepSpacings.TRAILING),
        arguments(TimestepSpacings.SECTIONS));
  }

  @ParameterizedTest
  @MethodSource("spacings")
  void anyNumberOfStepsUpToAllIsGiven(TimestepSpacing spacing) {
    for (int trainSteps : new int[] {1, 2, 7, 64, 1000}) {
      for (int n = 1; n <= trainSteps; n++) {
        Timesteps timesteps = spacing.of(trainSteps, n);
        assertThat(timesteps.size()).isEqualTo(n);
        assertThat(timesteps.get(0)).isBetween(0, trainSteps - 1);
        assertThat(timesteps.get(n)).isEqualTo(NoiseSchedule.CLEAN);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("spacings")
  void allStepsAreAllSteps(TimestepSpacing spacing) {
    assertThat(spacing.of(100, 100).values())
        .isEqualTo(IntStream.range(0, 100).mapToObj(i -> 99 - i).toList());
  }

  @ParameterizedTest
  @MethodSource("spacings")
  void tooFewOrTooManyStepsAreRefused(TimestepSpacing spacing) {
    assertThatThrownBy(() -> spacing.of(1000, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 0 (expected: in [1, 1000])");
    assertThatThrownBy(() -> spacing.of(1000, -5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: -5 (expected: in [1, 1000])");
    assertThatThrownBy(() -> spacing.of(1000, 1001))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 1001 (expected: in [1, 1000])");
    assertThatThrownBy(() -> spacing.of(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("trainSteps: 0 (expected: ≥ 1)");
  }

  @Test
  void unclipSpacingIsThatOfThePublishedPipelines() {
    assertThat(TimestepSpacings.UNCLIP.of(1000, 25).values())
        .containsExactly(
            999, 957, 916, 874, 832, 791, 749, 708, 666, 624, 583, 541, 500, 458, 416, 375, 333,
            291, 250, 208, 166, 125, 83, 42, 0);
    assertThat(TimestepSpacings.UNCLIP.of(1000, 7).values())
        .containsExactly(999, 832, 666, 500, 333, 166, 0);
    assertThat(TimestepSpacings.UNCLIP.of(1000, 2).values()).containsExactly(999, 0);
    assertThat(TimestepSpacings.UNCLIP.of(1000, 1).values()).containsExactly(999);
  }

  @GoldenTest(GoldenKind.RESPACING)
  void respacingIsThatOfOpenAi(GoldenCase golden) {
    int trainSteps = Integer.parseInt(golden.toString().replaceAll(".*respacing-|\\.json", ""));
    golden
        .json()
        .properties()
        .forEach(
            entry -> {
              List<Integer> expected = new ArrayList<>();
              entry.getValue().forEach(t -> expected.add(t.asInt()));
              Collections.reverse(expected);
              assertThat(SectionSpacing.parse(trainSteps, entry.getKey()).values())
                  .as(entry.getKey())
                  .isEqualTo(expected);
            });
  }

  @Test
  void respacingKnowsFast27AndTheEmptySpecification() {
    assertThat(SectionSpacing.parse(1000, "fast27").values())
        .containsExactly(
            997, 800, 799, 600, 599, 500, 400, 399, 377, 355, 333, 311, 288, 266, 244, 222, 200,
            199, 177, 155, 133, 111, 88, 66, 44, 22, 0);
    assertThat(SectionSpacing.parse(30, "").size()).isEqualTo(30);
  }

  @Test
  void sectionsDifferFromUnclipAtTies() {
    assertThat(TimestepSpacings.SECTIONS.of(1000, 25))
        .isEqualTo(TimestepSpacings.UNCLIP.of(1000, 25));
    assertThat(TimestepSpacings.SECTIONS.of(1000, 21))
        .isNotEqualTo(TimestepSpacings.UNCLIP.of(1000, 21));
  }

  @Test
  void aStrideThatDoesNotExistSuggestsSomeThatDo() {
    assertThatThrownBy(() -> SectionSpacing.parse(1000, "ddim37"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 37 (expected: a whole stride through 1000, such as [35, 36, 38, 39])");
    assertThatThrownBy(() -> TimestepSpacings.STRIDED.of(1000, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(TimestepSpacings.STRIDED.of(1000, 1000).size()).isEqualTo(1000);
    assertThat(TimestepSpacings.STRIDED.of(1, 1).values()).containsExactly(0);
  }

  @Test
  void theFeasibleStridesAreThoseOfTheReference() {
    List<Integer> feasible =
        IntStream.rangeClosed(1, 1000).boxed().filter(SpacingsTest::isFeasible).toList();
    assertThat(feasible)
        .hasSize(35 + 27)
        .startsWith(2, 3, 4)
        .endsWith(
            38, 39, 40, 42, 44, 46, 48, 50, 53, 56, 59, 63, 67, 72, 77, 84, 91, 100, 112, 125, 143,
            167, 200, 250, 334, 500, 1000);
  }

  private static boolean isFeasible(int n) {
    try {
      return TimestepSpacings.STRIDED.of(1000, n).size() == n;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Test
  void respacingRefusesWhatItCannotRead() {
    assertThatThrownBy(() -> SectionSpacing.parse(1000, "10,x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "respacing: \"10,x\" (expected: \"ddimN\", \"fast27\" or section counts such as"
                + " \"10,10,3,2,2\")");
    assertThatThrownBy(() -> SectionSpacing.parse(1000, "10,600"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 600 in section 1 (expected: in [0, 500], the size of the section)");
    assertThatThrownBy(() -> SectionSpacing.parse(1000, "0,0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 0 in all sections (expected: ≥ 1)");
  }

  @Test
  void leadingSpacingTakesAnOffsetThatFits() {
    assertThat(TimestepSpacings.leading(1).of(1000, 4).values()).containsExactly(751, 501, 251, 1);
    assertThatThrownBy(() -> TimestepSpacings.leading(1).of(1000, 1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("offset: 1 (expected: at most 0 for 1000 of 1000 steps)");
    assertThatThrownBy(() -> TimestepSpacings.leading(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("offset: -1 (expected: ≥ 0)");
  }

  @Test
  void trailingStartsAtTheNoisiestAndEndsAStrideAboveClean() {
    assertThat(TimestepSpacings.TRAILING.of(1000, 4).values()).containsExactly(999, 749, 499, 249);
  }

  /**
   * Half of a timestep occurs often, as at 48 steps of 1000; the last bits decide how it rounds.
   */
  @Test
  void trailingRoundsLikeArangeOfNumPy() {
    assertThat(TimestepSpacings.TRAILING.of(13, 6).values()).containsExactly(12, 10, 8, 6, 3, 1);
    long sum = 0;
    for (int n = 1; n <= 1000; n++) {
      if (Math.ceil(1000 / (1000.0 / n)) == n) { // else diffusers adds a step at timestep -1
        List<Integer> timesteps = TimestepSpacings.TRAILING.of(1000, n).values();
        for (int i = 0; i < n; i++) {
          sum += (i + 1L) * timesteps.get(i);
        }
      }
    }
    assertThat(sum).isEqualTo(50426720659L); // of np.round(np.arange(1000, 0, -1000 / n)) - 1
  }

  @Test
  void linspaceCanStopAboveZero() {
    var spacing = TimestepSpacings.LINSPACE_ABOVE_ZERO;
    assertThat(spacing.of(1000, 3).values()).containsExactly(999, 666, 333);
    assertThatThrownBy(() -> spacing.of(1000, 1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 1000 (expected: in [1, 999])");
  }

  @Test
  void truncationLeavesOutTheNoisiestTimesteps() {
    var cosine = new CosineSchedule(1000, TableRounding.FLOAT32);
    var truncated = TimestepSpacings.truncated(TimestepSpacings.LINSPACE_ABOVE_ZERO, cosine, -5.1);
    assertThat(truncated.of(1000, 20).get(0)).isEqualTo(995);
    assertThatThrownBy(() -> TimestepSpacings.truncated(TimestepSpacings.UNCLIP, cosine, 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("minLambda: 100.0 (expected: at most ");
  }

  @Test
  void timestepsMustDecrease() {
    assertThatThrownBy(() -> new Timesteps(List.of(3, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timesteps: [3, 3] (expected: strictly decreasing and ≥ 0)");
    assertThatThrownBy(() -> Timesteps.of(3, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timesteps: [3, -1] (expected: strictly decreasing and ≥ 0)");
    assertThatThrownBy(Timesteps::of)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timesteps: none (expected: at least one)");
  }

  @Test
  void aListIsTakenAsItIs() {
    var spacing = TimestepSpacings.listed(Timesteps.of(999, 42, 0));
    assertThat(spacing.of(1000, 3).values()).containsExactly(999, 42, 0);
    assertThatThrownBy(() -> spacing.of(1000, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 4 (expected: 3, as many as are listed)");
    assertThatThrownBy(() -> spacing.of(999, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timesteps: [999, 42, 0] (expected: below 999)");
  }
}
