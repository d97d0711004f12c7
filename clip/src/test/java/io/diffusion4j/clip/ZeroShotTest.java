package io.diffusion4j.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZeroShotTest {
  private static final List<String> COLOURS = List.of("red", "green", "blue");

  /** Encoders that agree on what a colour is. */
  private static final ZeroShot ZERO_SHOT =
      new ZeroShot(
          texts ->
              texts.stream()
                  .map(
                      text -> {
                        float[] e = new float[3];
                        e[COLOURS.indexOf(text)] = 5;
                        return new TextEncoding(e, new boolean[] {true}, e);
                      })
                  .toList(),
          images -> images.stream().map(Image::pixels).toList());

  private static Image image(float red, float green, float blue) {
    return new Image(1, 1, new float[] {red, green, blue});
  }

  @Test
  void similarityIsTheCosineWhateverTheLengths() {
    double[][] cosines = ZERO_SHOT.similarities(List.of(image(3, 4, 0)), COLOURS);
    assertThat(cosines[0]).containsExactly(new double[] {0.6, 0.8, 0}, within(1e-6));
  }

  @Test
  void theMostSimilarLabelIsTheMostProbable() {
    double[] p = ZERO_SHOT.classify(image(0.1f, 1, 0.2f), COLOURS);
    assertThat(p[1]).isGreaterThan(0.99);
    assertThat(p[0] + p[1] + p[2]).isCloseTo(1, within(1e-12));
  }

  @Test
  void recallCountsTheImagesWhoseTextIsAmongTheFirstK() {
    double[][] similarities = {{0.9, 0.1, 0.2}, {0.3, 0.2, 0.1}, {0.5, 0.6, 0.4}};
    int[] right = {0, 1, 2};
    assertThat(ZeroShot.recall(similarities, right, 1)).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(ZeroShot.recall(similarities, right, 2)).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(ZeroShot.recall(similarities, right, 3)).isEqualTo(1);
  }

  @Test
  void aTieCountsAgainst() {
    assertThat(ZeroShot.recall(new double[][] {{0.5, 0.5}}, new int[] {0}, 1)).isZero();
  }
}
