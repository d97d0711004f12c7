package io.diffusion4j.it.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.Run;
import io.diffusion4j.it.Module;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands of the guide run, those of its exercises too, with settings that take less time. */
@Timeout(300)
class GuideCommandsTest {
  /** The property in which launchers store the folder of the program. */
  private static final String HOME = "diffusion4j.home";

  private static final Path ROOT = Module.ROOT;
  private static final Path GUIDE = ROOT.resolve("docs/guide");

  /**
   * A command to the end of its line or of its inline code; a line may continue after a backslash.
   */
  private static final Pattern COMMAND =
      Pattern.compile("\\./diffusion4j ((?:[^`\\n\\\\]|\\\\\\n)+)");

  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|[^\\s\\\\]+");

  /** The values of options that are slow, by the beginning of a command. */
  private static final Map<String, Map<String, String>> SHORT =
      Map.of(
          "nll", Map.of("--count", "1", "--steps", "5"),
          "toy", Map.of("--training-steps", "30", "--count", "50"),
          "bench samplers", Map.of("--steps", "2,4", "--reference-steps", "6"),
          "plot components", Map.of("--count", "20"),
          "plot trajectory", Map.of("--steps", "2"),
          "blend", Map.of("--frames", "2"));

  private static final List<String> DRAWING = List.of("generate", "vary", "blend", "diff");

  /** A range that the shell expands, as in {@code shapes-{1..20}.png}. */
  private static final Pattern RANGE = Pattern.compile("(.*)\\{(\\d+)\\.\\.(\\d+)}(.*)");

  private static final String OUTPUT = "--output";

  @TempDir private static Path folder = Path.of("");

  static List<String> pages() throws IOException {
    try (Stream<Path> files = Files.list(GUIDE)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("(\\d+-.*|symbols)\\.md"))
          .sorted()
          .toList();
    }
  }

  /** Draws the pictures that several chapters use, with the shipped model. */
  @BeforeAll
  static void drawPictures() {
    System.setProperty(HOME, ROOT.toString());
    for (String name : List.of("apple", "owl", "tree", "pizza", "photo")) {
      run("generate \"" + name + "\" --seed 3 --output " + name + ".png");
    }
  }

  @AfterAll
  static void leaveHome() {
    System.clearProperty(HOME);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void runsAsAPageSays(String page) throws IOException {
    List<String> commands =
        COMMAND
            .matcher(Files.readString(GUIDE.resolve(page)))
            .results()
            .map(found -> found.group(1).strip())
            .filter(command -> command.contains(" ")) // others are only named
            .toList();
    assertThat(commands).isNotEmpty();
    commands.forEach(GuideCommandsTest::run);
  }

  /** The page of solutions has no commands of its own. */
  @Test
  void solutionsShowCommandsOfTheChapters() throws IOException {
    StringBuilder chapters = new StringBuilder();
    for (String page : pages()) {
      chapters.append(Files.readString(GUIDE.resolve(page)));
    }
    List<String> commands =
        COMMAND
            .matcher(Files.readString(GUIDE.resolve("solutions.md")))
            .results()
            .map(found -> found.group().strip())
            .toList();
    assertThat(commands).hasSizeGreaterThan(5).allMatch(chapters.toString()::contains);
  }

  private static void run(String command) {
    List<String> words = new ArrayList<>();
    WORD.matcher(command).results().flatMap(found -> expanded(text(found))).forEach(words::add);
    SHORT.forEach(
        (begin, options) -> {
          if (command.startsWith(begin)) {
            options.forEach((option, value) -> set(words, option, value));
          }
        });
    if (DRAWING.contains(words.get(0)) && !words.contains(OUTPUT)) {
      words.addAll(List.of(OUTPUT, "image.png"));
    }
    List<String> placed = new ArrayList<>(words.subList(0, 1));
    for (int i = 1; i < words.size(); i++) {
      placed.add(placed(words.get(i), words.get(i - 1).equals(OUTPUT)));
    }
    Run run = Run.of(placed.toArray(String[]::new));
    assertThat(run.status()).as("%s: %s", command, run.err()).isZero();
  }

  private static String text(MatchResult word) {
    return word.group(1) == null ? word.group() : word.group(1);
  }

  /** Returns a word as a shell expands it: ranges, and files of the test's folder by a pattern. */
  private static Stream<String> expanded(String word) {
    if (word.matches("[\\w-]+\\?\\.png")) {
      return files(word);
    }
    Matcher range = RANGE.matcher(word);
    return range.matches()
        ? IntStream.rangeClosed(Integer.parseInt(range.group(2)), Integer.parseInt(range.group(3)))
            .mapToObj(number -> range.group(1) + number + range.group(4))
        : Stream.of(word);
  }

  private static Stream<String> files(String pattern) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names.stream().sorted();
  }

  private static void set(List<String> words, String option, String value) {
    int at = words.indexOf(option);
    if (at < 0) {
      words.addAll(List.of(option, value));
    } else {
      words.set(at + 1, value);
    }
  }

  /** Puts files and the random model into the folder of the test; those of the clone stay there. */
  private static String placed(String word, boolean isOutput) {
    if (!isOutput && word.contains("/") && Files.exists(ROOT.resolve(word))) {
      return ROOT.resolve(word).toString();
    }
    return isOutput || word.matches("[\\w-]+\\.(png|svg|json|gif)|random")
        ? folder.resolve(word).toString()
        : word;
  }
}
