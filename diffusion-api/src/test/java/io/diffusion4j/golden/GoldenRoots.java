package io.diffusion4j.golden;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Roots of golden values, in order: a case of a later root may take files from an earlier one.
 *
 * @param folders the roots, the first one first
 */
public record GoldenRoots(List<Path> folders) {
  /** The system property with roots to use in place of the shipped ones. */
  public static final String PROPERTY = "golden";

  /** The system property with the folder that relative roots are relative to. */
  static final String DIRECTORY = "golden.directory";

  public GoldenRoots {
    folders = List.copyOf(folders);
  }

  /** The roots that {@code -Dgolden} names, else the shipped ones. */
  public static GoldenRoots current() {
    String roots = System.getProperty(PROPERTY, "");
    return roots.isBlank()
        ? shipped()
        : parse(roots, Path.of(System.getProperty(DIRECTORY, System.getProperty("user.dir"))));
  }

  /** The roots in a list such as {@code values:more/values}. */
  static GoldenRoots parse(String roots, Path directory) {
    return new GoldenRoots(
        Arrays.stream(roots.split(File.pathSeparator, -1))
            .filter(root -> !root.isBlank())
            .map(root -> directory.resolve(root).normalize())
            .toList());
  }

  /**
   * The roots of this project: {@code integration-tests/golden/fixtures}, {@code
   * integration-tests/golden/fixtures2} and so on.
   */
  public static GoldenRoots shipped() {
    Path start = Path.of("").toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      Path module = folder.resolve("integration-tests/golden");
      if (Files.isDirectory(module.resolve("fixtures"))) {
        return new GoldenRoots(
            list(module).stream()
                .filter(path -> path.getFileName().toString().startsWith("fixtures"))
                .toList());
      }
    }
    throw new IllegalStateException(
        "integration-tests/golden/fixtures: absent (expected: in " + start + " or a folder above)");
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder.toString(), e);
    }
  }

  /** A file or folder of the first root. */
  public Path first(String path) {
    return folders.get(0).resolve(path);
  }

  /** The file or folder of this path in the first root that has it. */
  public Path find(String path) {
    return folders.stream()
        .map(root -> root.resolve(path))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }

  /** All cases of a kind: root by root, sorted by path in each. */
  public List<GoldenCase> cases(GoldenKind kind) {
    List<GoldenCase> cases = new ArrayList<>();
    for (int i = 0; i < folders.size(); i++) {
      Path root = folders.get(i);
      List<Path> nearestFirst = new ArrayList<>(folders.subList(0, i + 1));
      Collections.reverse(nearestFirst);
      jsonFiles(root).stream()
          .filter(file -> kind.matches(root, file))
          .forEach(file -> cases.add(new GoldenCase(nearestFirst, file)));
    }
    return cases;
  }

  /** All JSON files under a root, relative to it and sorted; none if there is no such folder. */
  private static List<Path> jsonFiles(Path root) {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .map(root::relativize)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(root.toString(), e);
    }
  }

  /**
   * Checks that every root has a case that some test knows.
   *
   * @throws IllegalArgumentException with the first root that has none
   */
  public void requireCases() {
    for (Path root : folders) {
      var alone = new GoldenRoots(List.of(root));
      if (Arrays.stream(GoldenKind.values()).allMatch(kind -> alone.cases(kind).isEmpty())) {
        throw new IllegalArgumentException(
            PROPERTY
                + ": "
                + root
                + (Files.isDirectory(root) ? ": no case" : ": no such folder")
                + " (expected: at least one of "
                + Arrays.stream(GoldenKind.values())
                    .map(GoldenKind::glob)
                    .distinct()
                    .collect(Collectors.joining(", "))
                + ")");
      }
    }
  }
}
