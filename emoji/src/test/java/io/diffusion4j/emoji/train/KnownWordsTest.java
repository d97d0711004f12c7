package io.diffusion4j.emoji.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.unclip.KnownWords;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownWordsTest {
  private static final KnownWords WORDS =
      KnownWords.of(List.of("a red Apple, noto style", "two owls on the farmer’s field"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a red apple | ''",
        "TWO RED OWLS! | ''",
        "a farmer's apple | ''",
        "a farmer's zyzzyva | zyzzyva",
        "an owl, a flurble and a flurble | an owl flurble and",
        "苹果 7 | 苹果 7",
        "'' | ''",
        "?!… | ''",
      })
  void wordsThatNoCaptionHasAreNamedOnce(String prompt, String unknown) {
    assertThat(WORDS.unknown(prompt)).isEqualTo(KnownWords.split(unknown));
  }

  @Test
  void aWarningNamesThem() {
    assertThat(WORDS.warning("a red apple")).isEmpty();
    assertThat(WORDS.warning("a red zyzzyva, blorp"))
        .contains("the model was not trained with \"zyzzyva\", \"blorp\" and guesses");
  }

  @Test
  void theListOfAModelIsReadBack(@TempDir Path model) {
    assertThat(KnownWords.read(model)).isEmpty();
    WORDS.write(model);
    KnownWords read = KnownWords.read(model).orElseThrow();
    assertThat(read.unknown("a farmer’s red dog")).containsExactly("dog");
    assertThat(read.sorted()).contains("owls", "red").isSorted();
  }

  @Test
  void theModelThatShipsKnowsTheNamesOfItsConcepts() {
    var shipped = KnownWords.read(Path.of("model")).orElseThrow();
    for (var concept : ConceptSet.natureAndFood().concepts()) {
      assertThat(shipped.unknown(Captioner.named(concept) + " on a blue background, noto style"))
          .as(concept.label())
          .isEmpty();
    }
    assertThat(shipped.unknown("a red bicycle")).containsExactly("bicycle");
  }
}
