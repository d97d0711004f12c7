package io.diffusion4j.it.words;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.it.Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The documents and the comments are written in plain English: no {@link Habit} shows in the pages
 * that users read, in the contract, or in the sources and tests of any module.
 */
class WordsTest {
  private static final Path ROOT = Module.ROOT;
  private static final Pattern SOURCE = Pattern.compile(".*\\.(?:java|kt|proto)");

  @Test
  void pagesAreWithoutBadHabits() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String folder :
        List.of(
            "",
            "docs",
            "docs/guide",
            "docs/decisions",
            "docs/experiments",
            "integration-tests/golden",
            "emoji/judge",
            "emoji/model")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        files
            .filter(file -> file.toString().endsWith(".md"))
            .filter(file -> !file.endsWith("CHANGELOG.md"))
            .forEach(pages::add);
      }
    }
    assertThat(faults(pages)).isEmpty();
  }

  @Test
  void sourcesAreWithoutBadHabits() throws IOException {
    List<Path> files = sources();
    assertThat(files).as("sources in all modules").hasSizeGreaterThan(1000);
    assertThat(faults(files)).isEmpty();
  }

  @Test
  void aHabitIsFoundWithItsLine() throws IOException {
    Path page = Files.createTempFile("words", ".md");
    try {
      Files.writeString(
          page, "# Page\n\nA plan `tells` nothing,\nand the model is\nasked twice.\n");
      assertThat(faults(List.of(page)))
          .singleElement()
          .asString()
          .contains(page + ":4: is asked (expected: requested");
    } finally {
      Files.delete(page);
    }
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (Module module : Module.all().values()) {
      Path folder = module.path().resolve("src");
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          files.filter(file -> SOURCE.matcher(file.toString()).matches()).forEach(sources::add);
        }
      }
    }
    return sources;
  }

  private static List<String> faults(List<Path> files) throws IOException {
    List<String> faults = new ArrayList<>();
    for (Path file : files) {
      Prose prose = Prose.read(file);
      Habit.ALL.forEach(habit -> faults.addAll(prose.faults(habit)));
    }
    return faults.stream().sorted().toList();
  }
}
