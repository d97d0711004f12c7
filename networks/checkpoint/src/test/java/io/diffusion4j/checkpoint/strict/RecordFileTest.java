package io.diffusion4j.checkpoint.strict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files are read into records, and all that is wrong with them is reported at once. */
class RecordFileTest {
  enum Way {
    STRAIGHT_ON,
    BACK
  }

  record Inner(List<Integer> levels, boolean on) {}

  record Outer(
      int wholeNumber,
      double ratio,
      long seed,
      String text,
      Inner inner,
      @Nullable Way way,
      @Nullable Double share) {
    Outer {
      new Faults()
          .require(wholeNumber >= 1, "whole-number", wholeNumber, "≥ 1")
          .require(ratio > 0, "ratio", ratio, "> 0")
          .throwIfAny();
    }
  }

  private static final String GOOD =
      """
      outer:
        whole-number: 3
        ratio: 1e-3 # YAML 1.2 takes it for a number
        seed: 7
        text: a text
        inner: {levels: [1, 2], on: true}
        way: straight-on
      """;

  @Test
  void keysBelongToComponents() {
    assertThat(read(GOOD))
        .isEqualTo(
            new Outer(3, 1e-3, 7, "a text", new Inner(List.of(1, 2), true), Way.STRAIGHT_ON, null));
  }

  @Test
  void jsonIsReadToo() {
    String json =
        """
        {"outer": {"whole-number": 3, "ratio": 0.5, "seed": 7, "text": "a", "share": 1,
         "inner": {"levels": [], "on": false}}}
        """;
    assertThat(read(json))
        .isEqualTo(new Outer(3, 0.5, 7, "a", new Inner(List.of(), false), null, 1.0));
  }

  @Test
  void allFaultsAreReportedAtOnce() {
    String bad =
        """
        other: 1
        outer:
          whole-number: 3.5
          ratio: often
          seed: 1e30
          text: 4
          inner: {levels: [1, 64x, true], on: "yes", off: 1}
          way: up
          wy: back
        """;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(bad))
        .withMessage(
            """
            test.yaml: 11 faults
              outer.whole-number: 3.5 (expected: a whole number)
              outer.ratio: "often" (expected: a number)
              outer.seed: 1.0E30 (expected: a whole number)
              outer.text: 4 (expected: a text)
              outer.inner.levels[1]: "64x" (expected: a whole number)
              outer.inner.levels[2]: true (expected: a whole number)
              outer.inner.on: "yes" (expected: true or false)
              outer.inner.off: unknown (expected: one of levels, on)
              outer.way: "up" (expected: one of straight-on, back)
              outer.wy: unknown (expected: one of inner, ratio, seed, share, text, way, whole-number)
              other: unknown (expected: one of outer)\
            """);
  }

  @Test
  void whatARecordRefusesIsReportedByPath() {
    String bad = GOOD.replace("number: 3", "number: 0").replace("1e-3", "-1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(bad))
        .withMessage(
            """
            test.yaml: 2 faults
              outer.whole-number: 0 (expected: ≥ 1)
              outer.ratio: -1.0 (expected: > 0)\
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | 'test.yaml: no keys (expected: keys and values)'",
        "a text | 'test.yaml: no keys (expected: keys and values)'",
        "'inner: {}' | 'test.yaml: 2 faults\n  outer: missing (expected: keys and values)\n"
            + "  inner: unknown (expected: one of outer)'",
        "'outer: [1]' | 'test.yaml: outer: [1] (expected: keys and values)'",
      })
  void whatIsNotThereIsNamed(String text, String message) {
    assertThatIllegalArgumentException().isThrownBy(() -> read(text)).withMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'outer: 1\nouter: 2' | 'test.yaml, line 2: Duplicate field'",
        "'outer: [1' | 'test.yaml, line 1:'",
        "'a: 1\n---\nb: 2' | 'test.yaml, line'",
      })
  void whatIsNoYamlIsRefusedWithItsLine(String text, String start) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(text))
        .withMessageStartingWith(start);
  }

  private static Outer read(String text) {
    RecordFile file = RecordFile.parse("test.yaml", text);
    var outer = file.take("outer", Outer.class);
    file.end();
    return outer.orElseThrow();
  }
}
