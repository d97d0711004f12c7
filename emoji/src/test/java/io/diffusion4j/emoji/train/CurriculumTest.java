package io.diffusion4j.emoji.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.emoji.train.Curriculum.Stage;
import org.junit.jupiter.api.Test;

/** A curriculum has few concepts, then twice as many, up to all. */
class CurriculumTest {
  private static final Curriculum CURRICULUM = new Curriculum(12, 300, 75);

  @Test
  void doublesUntilAllAreThere() {
    assertThat(CURRICULUM.stages(50))
        .containsExactly(new Stage(12, 300), new Stage(24, 375), new Stage(48, 450));
    assertThat(CURRICULUM.stages(48)).containsExactly(new Stage(12, 300), new Stage(24, 375));
  }

  @Test
  void fewConceptsNeedNone() {
    assertThat(CURRICULUM.stages(12)).isEmpty();
  }

  @Test
  void whatIsNoCurriculumIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Curriculum(1, 300, 75))
        .withMessage("concepts: 1 (expected: ≥ 2)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Curriculum(12, -1, 75))
        .withMessage("first: -1 (expected: ≥ 0)");
  }
}
