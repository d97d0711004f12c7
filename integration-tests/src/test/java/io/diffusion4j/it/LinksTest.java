package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every link from a page to a file or a heading of this repository has a target. */
class LinksTest {
  private static final Path ROOT = Module.ROOT;
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]*)(?:#([^)\\s]+))?\\)");
  private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> files = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      Stream.concat(files, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .forEach(pages::add);
    }
    return pages;
  }

  /** The anchors that GitHub makes of the headings of a page. */
  private static List<String> anchors(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("#+ ", "").strip().toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toList());
  }

  /** The text without code blocks, in which brackets are not links. */
  private static String prose(Path page) throws IOException {
    return Pattern.compile("^```.*?^```", Pattern.DOTALL | Pattern.MULTILINE)
        .matcher(Files.readString(page))
        .replaceAll("");
  }

  @Test
  void leadSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    int count = 0;
    for (Path page : pages()) {
      Matcher links = LINK.matcher(prose(page));
      while (links.find()) {
        if (ELSEWHERE.matcher(links.group(1)).matches()) {
          continue;
        }
        count++;
        Path target = links.group(1).isEmpty() ? page : page.resolveSibling(links.group(1));
        String anchor = links.group(2);
        boolean isThere =
            Files.exists(target)
                && (anchor == null
                    || !target.toString().endsWith(".md")
                    || anchors(target).contains(anchor));
        if (!isThere) {
          broken.add(page + ": " + links.group());
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(count).isGreaterThan(100);
  }
}
