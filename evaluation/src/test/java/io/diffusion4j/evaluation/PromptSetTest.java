package io.diffusion4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.emoji.train.Preset;
import io.diffusion4j.evaluation.PromptSet.Prompt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptSetTest {
  @ParameterizedTest
  @ValueSource(strings = {"emoji", "tiny"})
  void halfIsSeenAndAnEighthOfEachSortIsNever(String preset) {
    var set = PromptSet.of(Preset.named(preset).concepts(), 512, 0);
    assertThat(set.prompts()).hasSize(512);
    assertThat(set.prompts().stream().filter(Prompt::isSeen)).hasSize(256);
    for (Split split : Split.values()) {
      if (split != Split.TRAIN) {
        assertThat(set.prompts().stream().filter(p -> p.isHeldOut(split))).hasSize(64);
      }
    }
  }

  @Test
  void theSameSeedAsksTheSame() {
    var concepts = ConceptSet.natureAndFood();
    assertThat(PromptSet.of(concepts, 40, 3)).isEqualTo(PromptSet.of(concepts, 40, 3));
    assertThat(PromptSet.of(concepts, 40, 3).texts())
        .isEqualTo(PromptSet.of(concepts, 80, 3).texts().subList(0, 40));
    assertThat(PromptSet.of(concepts, 40, 4)).isNotEqualTo(PromptSet.of(concepts, 40, 3));
  }

  @Test
  void noPromptsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PromptSet.of(ConceptSet.core(), 0, 0))
        .withMessage("count: 0 (expected: ≥ 1)");
  }
}
