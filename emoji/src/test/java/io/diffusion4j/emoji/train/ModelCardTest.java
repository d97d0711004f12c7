package io.diffusion4j.emoji.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.emoji.art.Concept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ModelCardTest {
  @Test
  void theCardListsWhatTheModelDraws() throws IOException {
    String card = Files.readString(Path.of("model", "README.md"));
    String listed =
        card.substring(card.indexOf("## Concepts")).replaceAll("\\s+", " ").replace('.', ',');
    assertThat(EmojiPreset.emoji().drawn().concepts().concepts())
        .hasSizeGreaterThan(250)
        .extracting(Concept::label)
        .allSatisfy(label -> assertThat(listed).containsPattern("[:,] " + label + ","));
  }
}
