package io.diffusion4j.unclip.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.training.Components;
import io.diffusion4j.training.ModelLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Components of one folder get into another. */
class ComponentsTest {
  private static final String PRIOR = "prior/config.json";
  private static final String DECODER = "decoder/config.json";
  private static final String WORDS = "words.txt";

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void writeFolders() throws IOException {
    for (String file : List.of(PRIOR, DECODER, WORDS)) {
      write("new/" + file);
      write("old/" + file);
    }
    write("new/text_encoder/config.json");
  }

  private void write(String file) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, file);
  }

  private ModelLayout layout(String name) {
    return new UnclipTraining().layout(folder.resolve(name));
  }

  private void assertOrigins(String prior, String decoder, String words) throws IOException {
    assertThat(Files.readString(folder.resolve("old/" + PRIOR))).startsWith(prior);
    assertThat(Files.readString(folder.resolve("old/" + DECODER))).startsWith(decoder);
    assertThat(Files.readString(folder.resolve("old/" + WORDS))).startsWith(words);
    assertThat(folder.resolve("old/text_encoder/config.json")).exists();
  }

  @Test
  void theMissingOnes() throws IOException {
    Components.copyMissing(layout("new"), layout("old"), List.of("decoder"));
    assertOrigins("old", "old", "old");
  }

  /** Previews follow a model whose CLIP is replaced during a training. */
  @Test
  void all() throws IOException {
    Components.copyAll(layout("new"), layout("old"), List.of("decoder"));
    assertOrigins("new", "old", "new");
  }
}
