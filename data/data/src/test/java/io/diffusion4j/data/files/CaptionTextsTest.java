package io.diffusion4j.data.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.data.BadCaptionException;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Captions as editors, other systems and other programs write them. */
class CaptionTextsTest {
  private static final byte[] PICTURE = Png.encode(new Image(2, 2, new float[12]), Map.of());

  @TempDir Path folder = Path.of("");

  private PictureFiles captioned(String extension, byte[] caption) throws IOException {
    Files.write(folder.resolve("a.png"), PICTURE);
    Files.write(folder.resolve("a" + extension), caption);
    Files.write(
        folder.resolve("a.tar"),
        new TarWriter().file("b.png", PICTURE).file("b" + extension, caption).end());
    return PictureFiles.open("data", List.of(folder.toString()), Columns.DEFAULT);
  }

  static Stream<Arguments> good() {
    return Stream.of(
        Arguments.of(".txt", "\ufeffcafé\r\n\ttwo\n".getBytes(UTF_8), List.of("café", "two")),
        Arguments.of(".json", "\ufeff{\"text\":\"café\"}".getBytes(UTF_8), List.of("café")),
        Arguments.of(".json", "{\"text\":null}".getBytes(UTF_8), List.of()),
        Arguments.of(".json", "{\"text\":[\"one\",null]}".getBytes(UTF_8), List.of("one")),
        Arguments.of(".json", "{\"width\":7}".getBytes(UTF_8), List.of()));
  }

  @ParameterizedTest
  @MethodSource("good")
  void captionsInUtf8AreRead(String extension, byte[] file, List<String> captions)
      throws IOException {
    PictureFiles set = captioned(extension, file);
    assertThat(set.captions(0)).isEqualTo(captions);
    assertThat(set.captions(1)).isEqualTo(captions);
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        Arguments.of(".txt", "café".getBytes(ISO_8859_1), "not UTF-8"),
        Arguments.of(".txt", "a cat".getBytes(UTF_16), "not UTF-8"),
        Arguments.of(".txt", "a cat".getBytes(UTF_16LE), "with control characters"),
        Arguments.of(".txt", "a\u0000cat".getBytes(UTF_8), "with control characters"),
        Arguments.of(".txt", "a\u001b[31mcat".getBytes(UTF_8), "with control characters"),
        Arguments.of(".json", "{\"text\":\"caf\u00e9\"}".getBytes(ISO_8859_1), "not UTF-8"),
        Arguments.of(".json", "{\"text\":\"a\\u0000\"}".getBytes(UTF_8), "with control characters"),
        Arguments.of(".json", "{\"text\":".getBytes(UTF_8), "not a JSON object"),
        Arguments.of(".json", "[\"a\"]".getBytes(UTF_8), "not a JSON object"),
        Arguments.of(".json", new byte[0], "not a JSON object"),
        Arguments.of(".json", "{\"text\":7}".getBytes(UTF_8), "a number or an object"),
        Arguments.of(".json", "{\"text\":[\"a\",7]}".getBytes(UTF_8), "a number or an object"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void otherCaptionsAreRefusedInOneLine(String extension, byte[] file, String fault)
      throws IOException {
    PictureFiles set = captioned(extension, file);
    for (int i = 0; i < 2; i++) {
      long index = i;
      assertThatThrownBy(() -> set.captions(index))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith(set.key(i) + ": caption: " + fault + " (expected: ")
          .hasMessageNotContaining("\n")
          .cause()
          .isInstanceOfSatisfying(
              BadCaptionException.class, bad -> assertThat(bad.fault()).isEqualTo(fault));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "list.csv   | file_name,text~a.png,caf\u00e9    | list: {}, not UTF-8 (expected: text in"
            + " UTF-8)",
        "list.jsonl | {\"file_name\":\"a.png\",\"text\":\"x\"}~{\"file_name\":\"b.png\",\"text\":7}"
            + " | {}, line 2: text: 7 (expected: a text or a list of texts)",
        "list.jsonl | {\"file_name\":                 | {}, line 1: not JSON (expected: an object"
            + " in each line)",
      })
  void wrongListsAreRefusedInOneLine(String name, String text, String message) throws IOException {
    Files.write(folder.resolve("a.png"), PICTURE);
    Files.write(folder.resolve("b.png"), PICTURE);
    Path list = Files.write(folder.resolve(name), text.replace('~', '\n').getBytes(ISO_8859_1));
    assertThatThrownBy(() -> PictureFiles.open("data", List.of(list.toString()), Columns.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message.replace("{}", list.toString()));
  }

  @Test
  void aCaptionOfAListMayHaveFaults() throws IOException {
    Files.write(folder.resolve("a.png"), PICTURE);
    Path list = folder.resolve("list.csv");
    Files.writeString(list, "\ufefffile_name,text\na.png,a\u0007b\n");
    PictureFiles set = PictureFiles.open("data", List.of(list.toString()), Columns.DEFAULT);
    assertThatThrownBy(() -> set.captions(0))
        .hasMessage("a.png: caption: with control characters (expected: text in UTF-8)");
  }
}
