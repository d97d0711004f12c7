package io.diffusion4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FrontMatterTest {
  private final Path card;

  FrontMatterTest(@TempDir Path folder) {
    card = folder.resolve("README.md");
  }

  private Map<String, String> of(String text) throws IOException {
    Files.writeString(card, text);
    return FrontMatter.of(card);
  }

  @Test
  void plainValuesAreRead() throws IOException {
    assertThat(
            of(
                """
                ---
                license: apache-2.0  # of the weights
                library_name: "diffusion4j"
                tags: [unclip, emoji]
                language:
                  - en
                ---
                license: none
                """))
        .containsOnly(Map.entry("license", "apache-2.0"), Map.entry("library_name", "diffusion4j"));
  }

  @Test
  void aCardWithoutItSaysNothing() throws IOException {
    assertThat(of("# A model\nlicense: mit\n")).isEmpty();
    assertThat(of("---\nlicense: mit\n")).isEmpty();
    assertThat(of("")).isEmpty();
  }

  @Test
  void noCardSaysNothing() {
    assertThat(FrontMatter.of(card)).isEmpty();
  }

  @Test
  void theModelThatShipsSaysItsLicence() {
    assertThat(FrontMatter.of(Path.of("..", "..", "emoji", "model", "README.md")))
        .containsEntry("license", "apache-2.0");
  }
}
