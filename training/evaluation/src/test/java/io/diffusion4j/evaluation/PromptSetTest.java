package io.diffusion4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneSplit;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.evaluation.PromptSet.Prompt;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptSetTest {
  private static final ConceptSet CONCEPTS = ConceptSet.natureAndFood();

  @ParameterizedTest
  @ValueSource(strings = {"emoji", "emoji-2", "tiny"})
  void halfIsSeenAndAnEighthOfEachSortIsNever(String preset) {
    var of = EmojiPreset.named(preset).drawn();
    var set = PromptSet.of(of.concepts(), of.scenes(), 512, 0);
    assertThat(set.prompts()).hasSize(512);
    assertThat(set.prompts().stream().filter(Prompt::isSeen)).hasSize(256);
    for (SceneSplit split : SceneSplit.values()) {
      if (split != SceneSplit.TRAIN) {
        assertThat(set.prompts().stream().filter(p -> p.isHeldOut(split))).hasSize(64);
      }
    }
  }

  @Test
  void theSameSeedAsksTheSame() {
    assertThat(prompts(40, 3)).isEqualTo(prompts(40, 3));
    assertThat(prompts(40, 3).texts()).isEqualTo(prompts(80, 3).texts().subList(0, 40));
    assertThat(prompts(40, 4)).isNotEqualTo(prompts(40, 3));
  }

  @Test
  void thePromptsOfOneConceptAreTheFirstOfTheList() {
    List<Prompt> one =
        prompts(64, 3).prompts().stream()
            .filter(prompt -> prompt.scene().subject().concepts().size() == 1)
            .toList();
    assertThat(one).hasSize(48);
    for (int count = 1; count <= one.size(); count++) {
      var set = PromptSet.ofOneConcept(CONCEPTS, SceneMix.mostlyCentred(), count, 3);
      assertThat(set.prompts()).isEqualTo(one.subList(0, count));
    }
  }

  @Test
  void aModelIsAskedForWhatItIsMadeFor() {
    var twitter = SceneMix.mostlyCentred().withStyles(Set.of(Style.TWITTER));
    assertThat(PromptSet.of(CONCEPTS, twitter, 40, 0).texts())
        .allMatch(text -> text.endsWith(", twitter style"));
  }

  @Test
  void aModelOfPlainWordsIsAskedInPlainWords() {
    var set = PromptSet.of(EmojiPreset.named("emoji-2").drawn(), 40, 0);
    assertThat(set.prompts())
        .allSatisfy(
            prompt ->
                assertThat(prompt.text())
                    .contains(", as a")
                    .endsWith(" " + prompt.scene().style().plainWords().get(0)));
    assertThat(PromptSet.of(EmojiPreset.emoji().drawn(), 8, 0).texts().get(0)).endsWith("style");
  }

  @Test
  void noPromptsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prompts(0, 0))
        .withMessage("count: 0 (expected: ≥ 1)");
  }

  private static PromptSet prompts(int count, long seed) {
    return PromptSet.of(CONCEPTS, SceneMix.mostlyCentred(), count, seed);
  }
}
