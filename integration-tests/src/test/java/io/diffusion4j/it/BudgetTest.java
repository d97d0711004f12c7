package io.diffusion4j.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The size of each module, kept in a table. Growth fails until the table is changed, in the same
 * commit and with a reason; {@code -Dbudget.write=true} rewrites it.
 */
class BudgetTest {
  private static final Path TABLE = Path.of("src/test/resources/budget.txt");
  private static final boolean WRITE = Boolean.getBoolean("budget.write");

  private static final int MAX_LINES = 12_500;

  /** Modules that are larger still; the table lets them shrink only. */
  private static final Set<String> LARGE = Set.of("cli", "diffusion-api", "serving-grpc");

  private static final int MAX_FOLDERS = 18;
  private static final int MAX_MODULES = 40;

  /** An option of the command line with its names; {@code @Option("--x")} or {@code names = …}. */
  private static final Pattern OPTION =
      Pattern.compile("@Option\\(\\s*(?:names = )?(\\{[^}]*}|\"[^\"]*\")");

  private static final Pattern NAME = Pattern.compile("--[\\w-]+");

  private static Stream<Path> sources(Module module) {
    Path main = module.path().resolve("src/main");
    if (!Files.isDirectory(main)) {
      return Stream.of();
    }
    try (Stream<Path> files = Files.walk(main)) {
      return files.filter(file -> file.toString().matches(".*\\.(java|kt)")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the lines of main of each module. */
  private static Map<String, Integer> lines() {
    Map<String, Integer> lines = new TreeMap<>();
    for (Module module : Module.all().values()) {
      int sum = sources(module).mapToInt(file -> (int) text(file).lines().count()).sum();
      if (sum > 0) {
        lines.put(module.name(), sum);
      }
    }
    return lines;
  }

  /** Returns the names of options that are declared more than once, with the number of places. */
  private static Map<String, Integer> repeatedOptions() {
    Map<String, Integer> places = new TreeMap<>();
    Module.all().values().stream()
        .flatMap(BudgetTest::sources)
        .flatMap(file -> OPTION.matcher(text(file)).results())
        .flatMap(option -> NAME.matcher(option.group(1)).results())
        .map(MatchResult::group)
        .forEach(name -> places.merge(name, 1, Integer::sum));
    places.values().removeIf(number -> number == 1);
    return places;
  }

  private static Map<String, Integer> table() throws IOException {
    return Files.readAllLines(TABLE).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(" "))
        .collect(
            Collectors.toMap(
                words -> words[0],
                words -> Integer.valueOf(words[1]),
                (first, last) -> last,
                TreeMap::new));
  }

  private static void assertWithin(Map<String, Integer> found) throws IOException {
    Map<String, Integer> budget = table();
    assertThat(found)
        .allSatisfy(
            (name, number) ->
                assertThat(number)
                    .as("%s (rewritten by -Dbudget.write=true; give the reason)", name)
                    .isLessThanOrEqualTo(budget.getOrDefault(name, 0)));
  }

  @Test
  void noModuleGrowsUnnoticed() throws IOException {
    if (WRITE) {
      String lines =
          Stream.of(lines(), repeatedOptions())
              .flatMap(map -> map.entrySet().stream())
              .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
              .collect(Collectors.joining());
      String heading =
          """
          # Lines of main by module, then options by the number of places that declare them.
          # A number grows only together with this file; the commit gives the reason.
          """;
      Files.writeString(TABLE, heading + lines, UTF_8);
    }
    assertWithin(lines());
  }

  @Test
  void noModuleIsLarge() {
    Map<String, Integer> lines = lines();
    lines.keySet().removeAll(LARGE);
    assertThat(lines)
        .allSatisfy((name, number) -> assertThat(number).as(name).isLessThan(MAX_LINES));
  }

  /** An option that means one thing is declared once, as a mixin; the table has the exceptions. */
  @Test
  void anOptionIsDeclaredOnce() throws IOException {
    assertWithin(repeatedOptions());
  }

  @Test
  void modulesAndFoldersAreFew() throws IOException {
    List<String> modules = List.copyOf(Module.all().keySet());
    assertThat(modules).hasSizeLessThanOrEqualTo(MAX_MODULES);
    try (Stream<Path> root = Files.list(Module.ROOT)) {
      assertThat(
              root.filter(Files::isDirectory)
                  .map(path -> path.getFileName().toString())
                  .filter(name -> !name.startsWith(".") && !name.equals("target")))
          .hasSizeLessThanOrEqualTo(MAX_FOLDERS);
    }
  }
}
