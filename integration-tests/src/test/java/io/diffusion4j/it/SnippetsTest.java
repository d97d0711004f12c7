package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The code in the documents equals regions of sources that are compiled and run.
 *
 * <p>A source has a region from {@code snippet: NAME} to {@code end snippet NAME}, each in a
 * comment of its own; the name at the end may be left out if no region is inside. A page has {@code
 * <!-- snippet: PATH#NAME -->} above the block that shows the region. With {@code -Dwrite=true} the
 * test writes the pages.
 */
class SnippetsTest {
  private static final Path ROOT = Module.ROOT;
  private static final Pattern SHOWN =
      Pattern.compile(
          "(<!-- snippet: (\\S+)#(\\S+) -->\\n\\n?```\\w*\\n)(.*?)(?=```\\n)", Pattern.DOTALL);

  private static final List<String> SHOWN_FROM =
      List.of(
          "integration-tests/consumers",
          "integration-tests/src/test/java/io/diffusion4j/it/guide",
          "integration-tests/src/test/kotlin/io/diffusion4j/it/guide");

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    for (String folder : List.of("docs", "docs/guide")) {
      try (Stream<Path> docs = Files.list(ROOT.resolve(folder))) {
        docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    return pages;
  }

  private static String region(String file, String name) {
    try {
      List<String> lines = Files.readAllLines(ROOT.resolve(file));
      int begin = indexOf(lines, ".*snippet: " + Pattern.quote(name) + "( -->)?", 0);
      String named = "end snippet " + name;
      boolean isNamed = lines.stream().anyMatch(line -> line.endsWith(named));
      int end = indexOf(lines, ".*" + (isNamed ? named : "end snippet") + "( -->)?", begin);
      String text =
          lines.subList(begin + 1, end).stream()
              .filter(line -> !line.matches(" *// (end )?snippet.*")) // of regions inside
              .collect(Collectors.joining("\n"));
      return text.stripTrailing().stripIndent() + "\n";
    } catch (IOException e) {
      throw new IllegalStateException(file + ": cannot be read", e);
    }
  }

  private static int indexOf(List<String> lines, String pattern, int from) {
    for (int i = from; i < lines.size(); i++) {
      if (lines.get(i).matches(pattern)) {
        return i;
      }
    }
    throw new IllegalStateException("no line like " + pattern);
  }

  private static String withRegions(String page) {
    return SHOWN
        .matcher(page)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(found.group(1) + region(found.group(2), found.group(3))));
  }

  @Test
  void showWhatIsCompiled() throws IOException {
    for (Path page : pages()) {
      String shown = Files.readString(page);
      String expected = withRegions(shown);
      if (Boolean.getBoolean("write") && !shown.equals(expected)) {
        Files.writeString(page, expected);
      } else {
        assertThat(shown).as("%s (rewritten with -Dwrite=true)", page).isEqualTo(expected);
      }
    }
  }

  /** Every region is shown by a page; otherwise its marks must be removed. */
  @Test
  void showEveryRegionOfTheConsumersAndOfTheGuide() throws IOException {
    String all = pages().stream().map(SnippetsTest::read).collect(Collectors.joining());
    List<String> shown =
        SHOWN.matcher(all).results().map(found -> found.group(2) + "#" + found.group(3)).toList();
    List<String> regions = new ArrayList<>();
    for (String shownFrom : SHOWN_FROM) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(shownFrom))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Pattern.compile("(?<!end )snippet: (\\S+)")
              .matcher(read(file))
              .results()
              .map(MatchResult::group)
              .map(mark -> ROOT.relativize(file).toString().replace('\\', '/') + mark)
              .map(mark -> mark.replace("snippet: ", "#"))
              .forEach(regions::add);
        }
      }
    }
    assertThat(shown).containsAll(regions);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(file + ": cannot be read", e);
    }
  }
}
