package io.diffusion4j.clip.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Parity on the published vocabulary, which is not part of this repository: the folder that holds
 * {@code bpe_simple_vocab_16e6.txt.gz} is the system property or environment variable {@code
 * DIFFUSION4J_CLIP_VOCABULARY}, else {@code ../shared/clip-vocabulary} beside the repository.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenAiVocabularyTest {
  private static final String LOCATION = "DIFFUSION4J_CLIP_VOCABULARY";

  private ClipTokenizer tokenizer =
      new ClipTokenizer(
          Vocabulary.inClipOrder(List.of()), TokenizerConfig.karlo(), TextNormalization.OPENAI);

  @BeforeAll
  void readPublishedVocabulary() throws IOException {
    Path folder =
        Optional.ofNullable(System.getProperty(LOCATION))
            .or(() -> Optional.ofNullable(System.getenv(LOCATION)))
            .map(Path::of)
            .orElse(Path.of("..", "..", "shared", "clip-vocabulary"));
    Path file = folder.resolve("bpe_simple_vocab_16e6.txt.gz");
    assumeTrue(
        Files.exists(file),
        () ->
            file.toAbsolutePath().normalize()
                + ": absent (expected: CLIP's published vocabulary; "
                + LOCATION
                + " names its folder)");
    tokenizer = ClipTokenizer.openAi(file);
  }

  @GoldenTest(GoldenKind.OPENAI_VOCABULARY)
  void idsAreThoseOfTheReference(GoldenCase golden) {
    for (GoldenText one : GoldenText.of(golden)) {
      assertThat(tokenizer.ids(one.text())).as(one.text()).containsExactly(one.ids());
    }
  }

  @Test
  void theIdsEveryoneKnowsAreWhereTheyShouldBe() {
    assertThat(tokenizer.vocabulary().size()).isEqualTo(49_408);
    assertThat(tokenizer.startId()).isEqualTo(49_406);
    assertThat(tokenizer.endId()).isEqualTo(49_407);
    assertThat(tokenizer.padId()).isZero();
    assertThat(tokenizer.vocabulary().symbols().get(256)).isEqualTo("!</w>");
    assertThat(tokenizer.vocabulary().symbols().get(320)).isEqualTo("a</w>");
  }
}
