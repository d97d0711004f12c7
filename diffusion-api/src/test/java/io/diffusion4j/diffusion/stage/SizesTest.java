package io.diffusion4j.diffusion.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stage of several sizes rounds up; one of a single size takes that one only. */
class SizesTest {
  private static final Sizes SIZES = new Sizes(64, 1024);
  private static final Stage STAGE = Stage.fixed("decoder", 1).withDraws(Pixels.square(512));

  private static SamplingSettings settings(int width, int height) {
    return SamplingSettings.withoutSampler(1).withSize(new Pixels(width, height));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 64, 64", "64, 128, 64, 128", "65, 500, 128, 512", "1024, 961, 1024, 1024"})
  void sizesAreRoundedUpToMultiplesOfTheUnit(int width, int height, int drawn, int tall) {
    var stage = STAGE.withSizes(SIZES);
    assertThat(stage.size(settings(width, height))).isEqualTo(new Pixels(drawn, tall));
    stage.check(settings(width, height));
  }

  @Test
  void aSizeIsTheStagesOwnUnlessAskedFor() {
    assertThat(STAGE.withSizes(SIZES).size(STAGE.defaults())).isEqualTo(Pixels.square(512));
    assertThat(STAGE.size(STAGE.defaults())).isEqualTo(Pixels.square(512));
  }

  @Test
  void otherSizesThanThoseOfAStageAreRefused() {
    assertThatThrownBy(() -> STAGE.withSizes(SIZES).check(settings(1025, 64)))
        .hasMessage("size: 1025×64 (expected: 1 to 1024 pixels wide and high)");
    STAGE.check(settings(512, 512));
    assertThatThrownBy(() -> STAGE.check(settings(512, 256)))
        .hasMessage("size: 512×256 (expected: 512×512, the only one of decoder)");
    assertThatThrownBy(() -> Stage.fixed("prior", 1).check(settings(512, 256)))
        .hasMessage("size: 512×256 (expected: none; prior draws no images)");
  }
}
