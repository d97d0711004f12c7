package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No library of the build is older than the first one without a fault that is known. */
class AdvisoriesTest {
  private static final Path FILE = Module.ROOT.resolve("build/advisories.tsv");

  /** Where a jar lies in a local repository: group, artifact and version are folders. */
  private static final Pattern JAR = Pattern.compile(".*/([^/]+)/([0-9][^/]*)/[^/]+[.]jar");

  private record Advisory(String artifact, String safe, String name, LocalDate date, URI source) {
    static Advisory of(String line) {
      String[] cells = line.split("\t", -1);
      assertThat(cells).as(line).hasSize(5);
      return new Advisory(
          cells[0], cells[1], cells[2], LocalDate.parse(cells[3]), URI.create(cells[4]));
    }

    /** What is wrong with an entry of a class path; empty if nothing is. */
    Stream<String> faults(String entry) {
      String path = entry.replace(File.separatorChar, '/');
      Matcher jar = JAR.matcher(path);
      String[] names = artifact.split(":", -1);
      boolean isIt =
          jar.matches()
              && jar.group(1).equals(names[1])
              && path.contains("/" + names[0].replace('.', '/') + "/" + names[1] + "/");
      return isIt && isOlder(jar.group(2), safe)
          ? Stream.of(
              "%s: %s (expected: %s or newer, for %s, %s)"
                  .formatted(artifact, jar.group(2), safe, name, source))
          : Stream.of();
    }
  }

  private static int[] numbers(String version) {
    return Stream.of(version.split("[.-]"))
        .takeWhile(part -> part.matches("[0-9]+"))
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  private static boolean isOlder(String version, String than) {
    return Arrays.compare(numbers(version), numbers(than)) < 0;
  }

  private static List<Advisory> advisories() throws IOException {
    return Files.readAllLines(FILE).stream().skip(1).map(Advisory::of).toList();
  }

  private static List<String> faults(List<Advisory> advisories, Stream<String> classPath) {
    return classPath
        .flatMap(entry -> advisories.stream().flatMap(advisory -> advisory.faults(entry)))
        .toList();
  }

  @Test
  void noLibraryIsOlderThanASafeOne() throws IOException {
    Stream<String> classPath = Stream.of(PluginJars.classPath().split(File.pathSeparator));
    assertThat(faults(advisories(), classPath)).isEmpty();
  }

  @Test
  void olderOnesAreNamed() {
    var advisory = Advisory.of("a.b:c-d\t4.2.15.Final\tCVE-1\t2026-06-12\thttps://example.org");
    var jars =
        Stream.of("4.2.9.Final", "4.2.15.Final", "4.2.18.Final", "4.3", "4.1.135.Final")
            .map(version -> "/r/a/b/c-d/" + version + "/c-d-" + version + ".jar");
    var others = Stream.of("/r/b/c-d/1/c-d-1.jar", "/r/a/b/c-d-e/1/c-d-e-1.jar", "target/classes");
    assertThat(faults(List.of(advisory), Stream.concat(jars, others)))
        .containsExactly(
            "a.b:c-d: 4.2.9.Final (expected: 4.2.15.Final or newer, for CVE-1,"
                + " https://example.org)",
            "a.b:c-d: 4.1.135.Final (expected: 4.2.15.Final or newer, for CVE-1,"
                + " https://example.org)");
  }

  @Test
  void theListIsSortedAndOfLibrariesThatAreUsed() throws IOException {
    assertThat(advisories().stream().map(advisory -> advisory.artifact() + advisory.date()))
        .isSorted();
    assertThat(advisories())
        .allSatisfy(
            advisory -> {
              assertThat(PluginJars.classPath())
                  .contains(advisory.artifact().replaceFirst(".*:", File.separator) + "-");
              assertThat(advisory.date()).isBeforeOrEqualTo(LocalDate.now(ZoneOffset.UTC));
              assertThat(advisory.source()).hasScheme("https");
            });
  }
}
