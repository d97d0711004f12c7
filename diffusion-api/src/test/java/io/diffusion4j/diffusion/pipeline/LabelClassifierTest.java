package io.diffusion4j.diffusion.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.pipeline.LabelClassifier.Scored;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelClassifierTest {
  /**
   * The direction of an embedding is that of the text's first letter, and its length that of the
   * text.
   */
  private static final TextEncoder LETTERS =
      texts ->
          texts.stream()
              .map(
                  text -> {
                    float[] e = new float[3];
                    e["abc".indexOf(text.charAt(0))] = text.length();
                    return new TextEncoding(e, new boolean[] {true}, e);
                  })
              .toList();

  @Test
  void theBestLabelIsTheNearestDirection() {
    var classifier = LabelClassifier.of(LETTERS, List.of("a", "b", "c"), List.of("{}"), 10);
    assertThat(classifier.best(new float[] {1, 5, 2}, 2))
        .extracting(Scored::label)
        .containsExactly("b", "c");
    double[] p = classifier.probabilities(new float[] {0, 1, 0});
    assertThat(p[0] + p[1] + p[2]).isCloseTo(1, within(1e-12));
    assertThat(p[1] / p[0]).isCloseTo(Math.exp(10), within(1e-6 * Math.exp(10)));
  }

  /** The texts of a label have equal weights, whatever the lengths of their embeddings. */
  @Test
  void templatesAreAveragedAsDirections() {
    var classifier =
        LabelClassifier.of(LETTERS, List.of("a"), List.of("{}", "b much longer {}"), 1);
    var single = LabelClassifier.of(LETTERS, List.of("a", "b"), List.of("{}"), 1);
    assertThat(classifier.probabilities(new float[] {1, 1, 0})).containsExactly(1);
    assertThat(single.probabilities(new float[] {1, 1, 0})).containsExactly(0.5, 0.5);
  }

  @Test
  void whatIsNoTemplateOrTwiceTheSameLabelIsRefused() {
    assertThatThrownBy(() -> LabelClassifier.of(LETTERS, List.of("a"), List.of("plain"), 1))
        .hasMessage("template: plain (expected: a text with {} for the label)");
    assertThatThrownBy(() -> LabelClassifier.of(LETTERS, List.of("a", "a"), List.of("{}"), 1))
        .hasMessage("labels: [a, a] (expected: each label once)");
    assertThatThrownBy(() -> LabelClassifier.of(LETTERS, List.of(), List.of("{}"), 1))
        .hasMessage("labels: none (expected: at least one)");
  }
}
