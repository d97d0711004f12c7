package io.diffusion4j.training.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

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
  void numbersAreReadBackAndOfAStepTheLastCounts(@TempDir Path folder) throws Exception {
    try (var events = new EventWriter(folder)) {
      events.scalar("loss", 10, 0.5);
      events.scalar("rate", 10, 7);
      events.scalar("loss", 20, 0.25);
    }
    Path first;
    try (var files = Files.list(folder)) {
      first = files.findFirst().orElseThrow();
    }
    Files.move(first, folder.resolve("events.out.tfevents.1"));
    try (var events = new EventWriter(folder)) {
      events.scalar("loss", 20, 0.125);
    }
    assertThat(EventReader.scalars(folder, "loss"))
        .containsExactly(entry(10L, 0.5), entry(20L, 0.125));

    Path torn = folder.resolve("events.out.tfevents.1");
    byte[] bytes = Files.readAllBytes(torn);
    Files.write(torn, java.util.Arrays.copyOf(bytes, bytes.length - 5));
    assertThat(EventReader.scalars(folder, "loss"))
        .containsExactly(entry(10L, 0.5), entry(20L, 0.125));
    Files.writeString(torn, "not of events, but of words");
    assertThatThrownBy(() -> EventReader.scalars(folder, "loss"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(torn + ": a record of ");
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
