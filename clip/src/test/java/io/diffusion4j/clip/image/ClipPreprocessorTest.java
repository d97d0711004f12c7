package io.diffusion4j.clip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClipPreprocessorTest {
  /** The levels agree exactly; the reference normalises in float32, for values up to 3. */
  private static final float TOLERANCE = 1e-6f;

  @GoldenTest(GoldenKind.CLIP_PREPROCESSING)
  void pixelsAreThoseOfTheReference(GoldenCase golden) {
    var about = golden.json();
    assertThat(about.get("resample").asText()).isEqualTo("bicubic");
    var clip = ClipPreprocessor.clip(about.get("crop").asInt());
    var preprocessor =
        new ClipPreprocessor(
            about.get("size").asInt(),
            about.get("crop").asInt(),
            clip.rescaleFactor(),
            clip.mean(),
            clip.std());
    GoldenTensors io = golden.io();
    var image = new Rgb8(io.size("in.image", 1), io.size("in.image", 0), io.bytes("in.image"));
    assertThat(preprocessor.pixels(image))
        .containsExactly(io.image("out.pixel_values"), within(TOLERANCE));
    assertThat(preprocessor.pixels(image.toImage())).containsExactly(preprocessor.pixels(image));
  }

  @ParameterizedTest
  @CsvSource({"32,32", "33,32", "32,35", "640,32", "1,9000", "9000,1", "7,5"})
  void everyImageBecomesTheSquareThatTheEncoderReads(int width, int height) {
    assertThat(ClipPreprocessor.clip(32).pixels(random(width, height))).hasSize(3 * 32 * 32);
  }

  @Test
  void theMiddleIsKeptRoundedUpAndLeft() {
    var preprocessor =
        new ClipPreprocessor(5, 2, 1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
    Rgb8 image = random(5, 5);
    float[] pixels = preprocessor.pixels(image);
    for (int y = 0; y < 2; y++) {
      for (int i = 0; i < 6; i++) {
        assertThat(pixels[6 * y + i]).isEqualTo(image.pixels()[3 * (5 * (1 + y) + 1) + i] & 0xff);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSavedIsLoaded(ClipPreprocessor.Fit fit, @TempDir Path folder) throws IOException {
    var preprocessor =
        new ClipPreprocessor(40, 32, 0.5, List.of(0.1, 0.2, 0.3), List.of(0.4, 0.5, 0.6), fit);
    Path file = folder.resolve("preprocessor_config.json");
    preprocessor.save(file);
    assertThat(ClipPreprocessor.load(file)).isEqualTo(preprocessor);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"size\": 224, \"crop_size\": 224, \"resample\": 3, \"feature_extractor_type\": \"x\"}",
        "{\"size\": {\"shortest_edge\": 224}, \"crop_size\": {\"height\": 224, \"width\": 224}}",
        "{\"do_resize\": true, \"do_normalize\": null, \"rescale_factor\": 0.00392156862745098}"
      })
  void publishedSpellingsAreUnderstood(String json, @TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("preprocessor_config.json"), json);
    assertThat(ClipPreprocessor.load(file)).isEqualTo(ClipPreprocessor.clip(224));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|ARRAY (expected: an object)",
        "{\"resize_mode\": \"\"}|resize_mode:  (expected: one of shortest, longest, squash)",
        "{\"do_resize\": false}|do_resize: false (expected: true)",
        "{\"do_center_crop\": \"yes\"}|do_center_crop: \"yes\" (expected: true)",
        "{\"resample\": 2}|resample: 2 (expected: 3, bicubic)",
        "{\"size\": {\"height\": 8, \"width\": 8}}|size: {\"height\":8,\"width\":8} (expected: an"
            + " integer or {\"shortest_edge\": an integer})",
        "{\"crop_size\": {\"height\": 8, \"width\": 9}}|crop_size: {\"height\":8,\"width\":9}"
            + " (expected: an integer, or \"height\" and \"width\" that are the same)",
        "{\"crop_size\": 0}|cropSize: 0 (expected: ≥ 1)",
        "{\"crop_size\": 300}|shortestEdge: 224 (expected: ≥ cropSize 300)",
        "{\"rescale_factor\": \"x\"}|rescale_factor: \"x\" (expected: a number)",
        "{\"rescale_factor\": 0}|rescaleFactor: 0.0 (expected: > 0 and finite)",
        "{\"image_mean\": [0.5, 0.5]}|mean: [0.5, 0.5] (expected: three finite numbers)",
        "{\"image_std\": [0.5, 0.5, 0]}|std: [0.5, 0.5, 0.0] (expected: three finite numbers > 0)"
      })
  void whatIsNotDoneIsSaidWithTheFile(String json, String problem, @TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("preprocessor_config.json"), json);
    assertThatThrownBy(() -> ClipPreprocessor.load(file))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": " + problem);
  }

  @Test
  void whatIsNoJsonIsNamed(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("preprocessor_config.json"), "{");
    assertThatThrownBy(() -> ClipPreprocessor.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": no JSON: ");
  }

  private static Rgb8 random(int width, int height) {
    byte[] pixels = new byte[3 * width * height];
    new Random(1).nextBytes(pixels);
    return new Rgb8(width, height, pixels);
  }

  /** All of the picture, its longer edge as long as the square, black around it. */
  @ParameterizedTest
  @CsvSource({"40, 20, 0, 2, 0", "20, 40, 2, 0, 0", "40, 25, 0, 1, 1", "3, 3, 0, 0, 0"})
  void barsKeepAllOfAPicture(int width, int height, int left, int top, int odd) {
    byte[] white = new byte[width * height * 3];
    Arrays.fill(white, (byte) 255);
    var clip = ClipPreprocessor.clip(8);
    var bars =
        new ClipPreprocessor(
            8, 8, clip.rescaleFactor(), clip.mean(), clip.std(), ClipPreprocessor.Fit.BARS);
    byte[] square = bars.crop(new Rgb8(width, height, white)).pixels();
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 8; x++) {
        boolean inside = x >= left && x < 8 - left && y >= top && y < 8 - top - odd;
        assertThat(square[(y * 8 + x) * 3] & 0xff).as("%d, %d", x, y).isEqualTo(inside ? 255 : 0);
      }
    }
  }
}
