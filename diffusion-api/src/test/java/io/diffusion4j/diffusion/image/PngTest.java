package io.diffusion4j.diffusion.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PngTest {
  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    byte[] levels = new byte[3 * 7 * 5];
    new Random(1).nextBytes(levels);
    Image image = new Rgb8(7, 5, levels).toImage();
    var out = new ByteArrayOutputStream();
    Png.write(image, Map.of(), out);
    Image read = ImageFiles.read(out.toByteArray(), 35);
    assertThat(read.width()).isEqualTo(7);
    assertThat(read.height()).isEqualTo(5);
    assertThat(read.pixels()).containsExactly(image.pixels());
  }

  @Test
  void textOfAnyLanguageComesBackInOrder() throws IOException {
    Map<String, String> text = new LinkedHashMap<>();
    text.put("prompt", "ein Füchschen «東京» 🐸\nsecond line");
    text.put("seed", "42");
    text.put("negative prompt", "");
    byte[] png = Png.encode(new Image(1, 1, new float[3]), text);
    assertThat(Png.text(png))
        .containsExactly(
            entry("prompt", "ein Füchschen «東京» 🐸\nsecond line"),
            entry("seed", "42"),
            entry("negative prompt", ""));
  }

  @Test
  void theSameImageIsTheSameFile() {
    Image image = new Image(2, 1, new float[] {0, 0.5f, 1, -1, -0.5f, 0});
    assertThat(Png.encode(image, Map.of("seed", "1")))
        .containsExactly(Png.encode(image, Map.of("seed", "1")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " seed", "seed ", "a  b", "東", "a\nb"})
  void keywordsThatPngForbidsAreRefused(String keyword) {
    Image image = new Image(1, 1, new float[3]);
    assertThatThrownBy(() -> Png.encode(image, Map.of(keyword, "x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("keyword: \"" + keyword + "\" (expected: 1 to 79 printable");
  }

  @Test
  void textThatPngCannotHoldIsRefused() {
    Image image = new Image(1, 1, new float[3]);
    assertThatThrownBy(() -> Png.encode(image, Map.of("prompt", "a\0b")))
        .hasMessageStartingWith("text of prompt: ");
    assertThatThrownBy(() -> Png.encode(image, Map.of("prompt", "\ud83d")))
        .hasMessageStartingWith("text of prompt: ");
  }

  @Test
  void textOfSomethingElseIsAnError() {
    assertThatThrownBy(() -> Png.text("hello, this is no image".getBytes(UTF_8)))
        .isInstanceOf(IOException.class);
  }
}
