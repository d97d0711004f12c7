package io.diffusion4j.cli.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How the files of images are named. */
final class PngFilesTest {
  private static final Path FOLDER = Path.of("pictures");

  private static List<String> named(List<String> inputs, Optional<Long> seed, int perInput) {
    return PngFiles.named(FOLDER, inputs, seed, perInput, Optional.empty()).files().stream()
        .map(file -> FOLDER.relativize(file).toString())
        .toList();
  }

  @Test
  void oneImageHasTheNamedFileAndSeveralAreNumbered() {
    Path apple = Path.of("apple.png");
    assertThat(PngFiles.numbered(apple, 1, 1, Optional.empty()).files()).containsExactly(apple);
    assertThat(PngFiles.numbered(apple, 2, 2, Optional.empty()).files())
        .extracting(Path::toString)
        .containsExactly("apple-1.png", "apple-2.png", "apple-3.png", "apple-4.png");
    assertThat(PngFiles.numbered(Path.of("apple"), 1, 2, Optional.empty()).files())
        .extracting(Path::toString)
        .containsExactly("apple-1", "apple-2");
  }

  @Test
  void inAFolderANameIsThePromptAndTheSeed() {
    assertThat(named(List.of("A red apple!", "2 owls"), Optional.of(7L), 1))
        .containsExactly("a-red-apple-7.png", "2-owls-7.png");
    assertThat(named(List.of("a red apple"), Optional.empty(), 1))
        .containsExactly("a-red-apple.png");
    assertThat(named(List.of(""), Optional.of(-1L), 1))
        .as("no words, and the largest seed")
        .containsExactly("image-18446744073709551615.png");
  }

  @Test
  void namesThatWouldBeEqualAreNumbered() {
    assertThat(named(List.of("an owl", "a pear", "an owl"), Optional.of(7L), 2))
        .containsExactly(
            "an-owl-7-1.png",
            "an-owl-7-2.png",
            "a-pear-7-1.png",
            "a-pear-7-2.png",
            "an-owl-7-3.png",
            "an-owl-7-4.png");
  }

  @Test
  void aNameNeverLeavesItsFolderAndIsOfBoundedLength() {
    assertThat(named(List.of("../../etc/passwd", "x".repeat(500)), Optional.of(7L), 1))
        .containsExactly("etc-passwd-7.png", "x".repeat(80) + "-7.png");
    assertThat(named(List.of("红".repeat(90)), Optional.of(7L), 1))
        .containsExactly("红".repeat(53) + "-7.png"); // 159 bytes
  }
}
