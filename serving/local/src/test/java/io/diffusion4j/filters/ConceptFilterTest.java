package io.diffusion4j.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.filter.Moderation;
import io.diffusion4j.diffusion.filter.Verdict;
import io.diffusion4j.diffusion.image.Image;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Concepts in the plane, where the probabilities are known. */
class ConceptFilterTest {
  private static final Map<String, float[]> TEXTS =
      Map.of("gun", new float[] {1, 0}, "knife", new float[] {0, 1}, "dog", new float[] {-1, 0});
  private static final TextEncoder TEXT_ENCODER =
      texts ->
          texts.stream()
              .map(text -> TEXTS.getOrDefault(text, new float[2]))
              .map(vector -> new TextEncoding(new float[1], new boolean[] {true}, vector))
              .toList();
  private static final ImageEncoder FIRST_TWO_VALUES =
      images ->
          images.stream().map(image -> new float[] {image.pixels()[0], image.pixels()[1]}).toList();

  private static Image picture(float x, float y) {
    return new Image(1, 1, new float[] {x, y, 0});
  }

  private static ConceptFilter filter(double threshold, @Nullable Double low) {
    var concept =
        new FilteredConcept("weapons", List.of("gun", "knife"), List.of("dog"), threshold, low);
    return ConceptFilter.of("house", "", List.of(concept), TEXT_ENCODER, FIRST_TWO_VALUES, 2);
  }

  /** Cosines 1, 0 and −1, times 2. */
  @Test
  void aScoreIsTheProbabilityOfTheTextsOfTheConcept() {
    double expected = (Math.exp(2) + 1) / (Math.exp(2) + 1 + Math.exp(-2));
    var scores = filter(0.5, null).score(List.of(picture(1, 0), picture(-1, 0)));
    assertThat(scores.get(0).get(0).score()).isCloseTo(expected, within(1e-6));
    assertThat(scores.get(1).get(0).score())
        .isCloseTo((Math.exp(-2) + 1) / (Math.exp(2) + 1 + Math.exp(-2)), within(1e-6));
    assertThat(scores.get(0).get(0).concept()).isEqualTo("weapons");
  }

  @Test
  void moreProbablePicturesThanTheThresholdAreRefused() {
    var filters = new Filters(List.of(filter(0.9, 0.99)));
    List<Image> pictures = List.of(picture(1, 0), picture(-1, 0));
    assertThat(filters.judge(pictures, Moderation.AUTO, Filters.Listener.NONE))
        .extracting(Verdict::isReleased)
        .containsExactly(false, true);
    assertThat(filters.judge(pictures, Moderation.LOW, Filters.Listener.NONE))
        .extracting(Verdict::isReleased)
        .containsExactly(true, true);
  }
}
