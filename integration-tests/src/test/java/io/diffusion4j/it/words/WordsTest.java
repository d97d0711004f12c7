package io.diffusion4j.it.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The documents and the Javadoc are written in plain English: no {@link Habit} shows in the pages
 * of {@code docs} and in the modules that are clean. The list of modules only grows.
 */
class WordsTest {
  private static final Path ROOT = Path.of("..");

  /** Modules whose Javadoc and comments are clean. */
  private static final List<String> MODULES =
      List.of(
          "benchmarks",
          "checkpoint",
          "cli",
          "client",
          "clip",
          "data",
          "data-parquet",
          "ddpm",
          "decoder",
          "diffusion-api",
          "diffusion-onednn",
          "diffusion-tf",
          "emoji",
          "evaluation",
          "glide",
          "hub",
          "kandinsky",
          "langchain4j",
          "local",
          "nn",
          "openai",
          "pipeline",
          "plots",
          "prior",
          "search",
          "serving-grpc",
          "spring-ai",
          "spring-boot-starter",
          "toy",
          "training",
          "unclip",
          "web");

  /** Modules whose manual pages are clean, the {@code package-info} files. */
  private static final List<String> MANUALS =
      List.of(
          "checkpoint",
          "client",
          "clip",
          "data",
          "ddpm",
          "evaluation",
          "glide",
          "hub",
          "local",
          "nn",
          "plots",
          "prior",
          "search",
          "serving-grpc",
          "toy",
          "training");

  @Test
  void pagesAreWithoutBadHabits() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String page : List.of("ARCHITECTURE.md", "CONTRIBUTING.md")) {
      pages.add(ROOT.resolve(page));
    }
    try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
      files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
    }
    assertThat(faults(pages)).isEmpty();
  }

  @Test
  void javadocIsWithoutBadHabits() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String module : MODULES) {
      files.addAll(sources(module));
    }
    for (String module : MANUALS) {
      sources(module).stream()
          .filter(file -> file.endsWith("package-info.java"))
          .forEach(files::add);
    }
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

  private static List<Path> sources(String module) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve(module + "/src/main/java"))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
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
