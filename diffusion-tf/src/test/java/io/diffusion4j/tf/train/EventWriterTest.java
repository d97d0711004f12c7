package io.diffusion4j.tf.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventWriterTest {
  @Test
  void numbersAndPicturesGoIntoAnEventFile(@TempDir Path folder) throws IOException {
    try (var events = new EventWriter(folder.resolve("events"))) {
      events.scalar("loss", 10, 0.5);
      events.scalar("loss", 20, 0.25);
      events.image("sample", 20, new Image(2, 2, new float[12]));
    }
    try (var files = Files.list(folder.resolve("events"))) {
      Path file = files.findFirst().orElseThrow();
      assertThat(file.getFileName().toString()).contains("tfevents");
      // Records are framed protocol buffers; tags and the PNG are plain bytes within.
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertThat(bytes).contains("loss").contains("sample").contains("PNG");
    }
  }

  @Test
  void whereNothingCanBeWrittenTheErrorIsOneLineThatNamesTheFolder(@TempDir Path folder)
      throws IOException {
    Path taken = Files.writeString(folder.resolve("events"), "a file");
    assertThatThrownBy(() -> new EventWriter(taken))
        .isInstanceOf(UncheckedIOException.class)
        .message()
        .startsWith("cannot write to " + taken + ": ")
        .hasLineCount(1);
  }
}
