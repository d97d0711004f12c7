package io.diffusion4j.clip.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Parity on GPT-2's published vocabulary, which is not part of this repository: its folder is the
 * system property or environment variable {@code DIFFUSION4J_GPT2_VOCABULARY}, else {@code
 * ../shared/gpt2-vocabulary} beside the repository.
 */
class Gpt2VocabularyTest {
  private static final String LOCATION = "DIFFUSION4J_GPT2_VOCABULARY";

  private static Gpt2Tokenizer published() throws IOException {
    Path folder =
        Optional.ofNullable(System.getProperty(LOCATION))
            .or(() -> Optional.ofNullable(System.getenv(LOCATION)))
            .map(Path::of)
            .orElse(Path.of("..", "..", "shared", "gpt2-vocabulary"));
    assumeTrue(
        Files.isDirectory(folder),
        () ->
            folder.toAbsolutePath().normalize()
                + ": absent (expected: GPT-2's published vocabulary; "
                + LOCATION
                + " names its folder)");
    return Gpt2Tokenizer.load(folder);
  }

  @Test
  void idsAreThoseOfGlidesTokenizer() throws IOException {
    var tokenizer = published();
    assertThat(tokenizer.ids("an oil painting of a corgi"))
        .containsExactly(272, 3056, 12036, 286, 257, 1162, 12397);
    assertThat(tokenizer.ids("Hello  World's 42!")).containsExactly(31373, 220, 995, 338, 5433, 0);
  }

  @Test
  void theVocabularyIsInTheOrderOfItsMerges() throws IOException {
    var vocabulary = published().vocabulary();
    assertThat(vocabulary.size()).isEqualTo(50_257);
    assertThat(vocabulary).isEqualTo(Vocabulary.inGpt2Order(vocabulary.merges()));
    assertThat(published().endId()).isEqualTo(50_256);
  }
}
