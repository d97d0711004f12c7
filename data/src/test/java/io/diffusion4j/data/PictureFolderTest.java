package io.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures of a folder, in its order and shuffled. */
class PictureFolderTest {
  private static final int N = 5;

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void writePictures() throws IOException {
    for (int i = 0; i < N; i++) {
      Files.write(folder.resolve(i + ".png"), Png.encode(grey(6, 4, i), Map.of()));
      if (i > 0) {
        Files.writeString(folder.resolve(i + ".txt"), "  shade " + i + "\n");
      }
    }
    Files.writeString(folder.resolve("notes.md"), "not a picture");
  }

  @Test
  void picturesComeInTheOrderOfTheirNamesWithTheTextsBesideThem() {
    PictureFolder pictures = PictureFolder.of("images", folder);
    assertThat(pictures.size()).isEqualTo(N);
    assertThat(pictures.key(2)).isEqualTo("2.png");
    assertThat(pictures.captions(0)).isEmpty();
    assertThat(pictures.captions(3)).containsExactly("shade 3");
    assertThat(pictures.image(3).width()).isEqualTo(6);
    CaptionedImage third = pictures.inOrder().get(3);
    assertThat(third.caption()).isEqualTo("shade 3");
    assertThat(third.image().width()).isEqualTo(4);
    assertThat(third.image().pixels()).containsOnly(grey(1, 1, 3).pixels()[0]);
    assertThat(pictures.inOrder().get(0).caption()).isEmpty();
  }

  @Test
  void everyEpochHasEachPictureOnce() {
    CaptionedImages examples = shuffled().examples(2, 9);
    Set<String> orders = new TreeSet<>();
    for (int epoch = 0; epoch < 4; epoch++) {
      long first = (long) epoch * N;
      List<String> captions =
          LongStream.range(0, N).mapToObj(i -> examples.get(first + i).caption()).toList();
      assertThat(captions)
          .containsExactlyInAnyOrder("", "shade 1", "shade 2", "shade 3", "shade 4");
      orders.add(captions.toString());
    }
    assertThat(orders).hasSizeGreaterThan(1);
  }

  @Test
  void anExampleIsAFunctionOfSeedAndIndex() {
    CaptionedImage example = shuffled().examples(2, 9).get(17);
    CaptionedImage again = shuffled().examples(2, 9).get(17);
    assertThat(again.caption()).isEqualTo(example.caption());
    assertThat(again.image().pixels()).isEqualTo(example.image().pixels()).hasSize(2 * 2 * 3);
  }

  @Test
  void aVocabularyIsLearnedFromEachCaptionOnce() {
    assertThat(shuffled().captions(1, 1000))
        .containsExactlyInAnyOrder("shade 1", "shade 2", "shade 3", "shade 4");
    assertThat(shuffled().captions(1, 2).count()).isBetween(1L, 2L);
  }

  @Test
  void theNotesOfWeightsNameTheFolder() {
    assertThat(shuffled().notes()).containsEntry("diffusion4j.data", folder.toString());
  }

  @Test
  void whatIsNoFolderOfPicturesIsRefused(@TempDir Path empty) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PictureFolder.of("data", empty.resolve("nowhere")))
        .withMessage("data: " + empty.resolve("nowhere") + " (expected: a folder)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PictureFolder.of("data", empty))
        .withMessage(
            "data: %s (expected: a folder with %s files)".formatted(empty, ImageFiles.formats()));
  }

  @Test
  void aBrokenPictureIsNamed() throws IOException {
    Files.writeString(folder.resolve("a.png"), "no picture");
    PictureFolder pictures = PictureFolder.of("data", folder);
    assertThatThrownBy(() -> pictures.image(N))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("a.png");
  }

  private Shuffled shuffled() {
    return new Shuffled(PictureFolder.of("data", folder));
  }

  private static Image grey(int width, int height, int level) {
    float[] pixels = new float[width * height * 3];
    Arrays.fill(pixels, (float) (2 * (50 * level / 255.0) - 1));
    return new Image(width, height, pixels);
  }
}
