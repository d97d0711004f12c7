package io.diffusion4j.data.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a clean copy of a set keeps, changes and leaves out. */
class CleanCopyTest {
  @TempDir Path folder = Path.of("");

  private void picture(String name, float level) throws IOException {
    float[] pixels = new float[12];
    Arrays.fill(pixels, level);
    Path file = folder.resolve("set").resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, Png.encode(new Image(2, 2, pixels), Map.of()));
  }

  private void caption(String name, byte[] text) throws IOException {
    Files.write(folder.resolve("set").resolve(name), text);
  }

  private PictureFiles open(String name) {
    return PictureFiles.open("data", List.of(folder.resolve(name).toString()), Columns.DEFAULT);
  }

  private CleanCopy copy(String otherwise) {
    return CleanCopy.write(open("set"), folder.resolve("clean"), otherwise, 2, done -> {});
  }

  private List<String> captions(String key) {
    var clean = open("clean");
    return LongStream.range(0, clean.size())
        .filter(i -> clean.key(i).equals(key))
        .mapToObj(clean::captions)
        .findFirst()
        .orElseThrow();
  }

  static Stream<Arguments> encodings() {
    return Stream.of(
        Arguments.of(UTF_8, "", "\ufeff"),
        Arguments.of(UTF_16, "in UTF-16", ""),
        Arguments.of(UTF_16LE, "in UTF-16", ""),
        Arguments.of(ISO_8859_1, "in Latin-1", ""));
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void captionsInFourEncodingsBecomeUtf8(Charset charset, String fault, String mark)
      throws IOException {
    picture("a.png", 0);
    caption("a.txt", (mark + "a caf\u00e9\r\ntwo\n").getBytes(charset));
    var copy = copy("");
    assertThat(captions("a.png")).containsExactly("a caf\u00e9", "two");
    assertThat(copy.captions().toString()).isEqualTo(fault.isEmpty() ? "" : "1 " + fault);
  }

  @Test
  void equalPicturesBecomeOneWithAllCaptions() throws IOException {
    picture("a.png", 0.5f);
    caption("a.txt", "a  cat\n".getBytes(UTF_8));
    picture("deep/b.png", 0.5f);
    caption("deep/b.txt", "a cat\na\u0007 pet\n".getBytes(UTF_8));
    picture("c.png", 0);
    Files.writeString(folder.resolve("set").resolve("d.png"), "no picture");
    var copy = copy("a thing");
    assertThat(copy.pictures()).isEqualTo(2);
    assertThat(copy.duplicates()).containsExactly(List.of("a.png", "deep/b.png"));
    assertThat(copy.unreadable()).singleElement().asString().startsWith("d.png: ");
    assertThat(captions("a.png")).containsExactly("a cat", "a pet");
    assertThat(captions("c.png")).containsExactly("a thing");
    assertThat(Files.readAllBytes(folder.resolve("clean/a.png")))
        .isEqualTo(Files.readAllBytes(folder.resolve("set/a.png")));
  }

  @Test
  void picturesWithOneNameInTwoFormatsKeepTheirOwnCaptions() throws IOException {
    picture("a.png", 0);
    picture("a.b.png", 0.5f);
    Files.move(folder.resolve("set/a.b.png"), folder.resolve("set/a.webp"));
    Files.writeString(
        folder.resolve("set/metadata.csv"), "file_name,text\na.png,one\na.webp,two\n");
    assertThat(copy("").pictures()).isEqualTo(2);
    assertThat(captions("a.png")).containsExactly("one");
    assertThat(captions("a-2.png")).containsExactly("two");
  }

  @Test
  void aFolderThatIsNotEmptyIsRefused() throws IOException {
    picture("a.png", 0);
    Files.createDirectories(folder.resolve("clean"));
    Files.writeString(folder.resolve("clean/mine.txt"), "mine");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> copy(""))
        .withMessageContaining("(expected: a new or empty folder)");
  }
}
