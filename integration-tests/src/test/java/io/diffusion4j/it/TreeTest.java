package io.diffusion4j.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests write below target: nothing that a run leaves is in the tree, nor would git add it. */
class TreeTest {
  private static final Path ROOT = Module.ROOT;

  /** Events, states, crashes, logs and heaps. */
  private static final Pattern LEFTOVER =
      Pattern.compile(
          ".*(tfevents.*|state/.*\\.safetensors|state\\.safetensors|hs_err[^/]*|\\.log|\\.hprof|\\.jfr)");

  private static List<String> git(String... options) throws IOException, InterruptedException {
    var command =
        Stream.concat(Stream.of("git", "-C", ROOT.toString(), "ls-files", "-z"), Stream.of(options))
            .toList();
    Process git = new ProcessBuilder(command).start();
    String names = new String(git.getInputStream().readAllBytes(), UTF_8);
    assertThat(git.waitFor()).isZero();
    return List.of(names.split("\0"));
  }

  @Test
  void noFileThatARunLeavesIsTrackedOrWouldBe() throws IOException, InterruptedException {
    assumeTrue(Files.exists(ROOT.resolve(".git")), "an archive of the sources");
    assertThat(git("--cached", "--others", "--exclude-standard"))
        .contains("pom.xml")
        .allSatisfy(
            name ->
                assertThat(LEFTOVER.matcher(name).matches() && Files.exists(ROOT.resolve(name)))
                    .as(name)
                    .isFalse());
  }

  /** New files of a test would lie beside its sources, in the folder that it runs in. */
  @Test
  void noTestLeavesFilesInTheFolderOfItsModule() throws IOException, InterruptedException {
    assumeTrue(Files.exists(ROOT.resolve(".git")), "an archive of the sources");
    assertThat(git("--others", "--exclude-standard", "--", "*.png", "*.safetensors", "*.json"))
        .allMatch(name -> name.isEmpty() || name.contains("/src/") || name.startsWith("docs/"));
  }

  /** Rewritings use the properties of layers, so that none of them forgets a new layer. */
  @Test
  void onlyLayersDependOnWhichLayerTheyAre() throws IOException {
    try (var files = Files.walk(ROOT)) {
      var asking =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> file.toString().contains("/src/main/"))
              .filter(file -> !file.endsWith("io/diffusion4j/nn/Layer.java"))
              .filter(file -> contains(file, "instanceof Layer."));
      assertThat(asking).isEmpty();
    }
  }

  /** Two frameworks have a class {@code ImageModel}; each of ours is named after it, and so on. */
  private static final Set<String> OF_FRAMEWORKS =
      Set.of("Diffusion4jImageModel.java", "Diffusion4jEmbeddingModel.java");

  @Test
  void aNameOfATypeHasOneMeaning() throws IOException {
    try (var files = Files.walk(ROOT)) {
      Map<String, List<Path>> byName =
          files
              .filter(
                  file -> file.toString().matches(".*/src/main/(java|kotlin)/io/.*\\.(java|kt)"))
              .filter(file -> !file.endsWith("package-info.java"))
              .filter(file -> !OF_FRAMEWORKS.contains(file.getFileName().toString()))
              .collect(Collectors.groupingBy(file -> file.getFileName().toString()));
      assertThat(byName).hasSizeGreaterThan(1000);
      assertThat(byName.values()).allSatisfy(named -> assertThat(named).hasSize(1));
    }
  }

  private static boolean contains(Path file, String words) {
    try {
      return Files.readString(file).contains(words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
