package io.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.data.Preparation.Crop;
import io.diffusion4j.data.Preparation.Fit;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.stage.Pixels;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Squares made of a wide picture whose left third is black and whose right third is white. */
class PreparationTest {
  private static final int HEIGHT = 4;
  private static final Image WIDE = thirds();

  private static final PictureSet ONE =
      new PictureSet() {
        @Override
        public String name() {
          return "one";
        }

        @Override
        public long size() {
          return 1;
        }

        @Override
        public String key(long index) {
          return "wide.png";
        }

        @Override
        public List<String> captions(long index) {
          return List.of();
        }

        @Override
        public Image image(long index) {
          return WIDE;
        }
      };

  private static Image thirds() {
    int width = 3 * HEIGHT;
    float[] pixels = new float[width * HEIGHT * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i / 3 % width / HEIGHT - 1; // −1, 0, 1
    }
    return new Image(width, HEIGHT, pixels);
  }

  private static CaptionedImages examples(Preparation preparation, int size) {
    return new Shuffled(ONE, preparation, Optional.empty(), new BadPictures(0)).examples(size, 3);
  }

  private static Image square(Preparation preparation, int index) {
    return examples(preparation, HEIGHT).get(index).image();
  }

  private static float red(Image image, int x, int y) {
    return image.pixels()[(y * image.width() + x) * 3];
  }

  @Test
  void theUsualSquareIsTheOneInTheMiddle() {
    for (int index = 0; index < 20; index++) {
      assertThat(square(Preparation.DEFAULT, index).pixels())
          .isEqualTo(CenterCrop.middle(WIDE).pixels());
    }
    assertThat(Math.abs(red(square(Preparation.DEFAULT, 0), 0, 0))).isLessThan(0.01f);
  }

  @Test
  void aPartOfAnotherAspectRatioIsNotDistorted() {
    var whole = CenterCrop.cut(WIDE, new Pixels(WIDE.width(), WIDE.height()), 0.5);
    assertThat(whole.pixels()).isEqualTo(Rgb8.of(WIDE).pixels());
    var tall = CenterCrop.cut(WIDE, new Pixels(HEIGHT / 2, HEIGHT), 0.5);
    int left = (WIDE.width() - HEIGHT / 2) / 2;
    for (int x = 0; x < tall.width(); x++) {
      assertThat(tall.pixels()[3 * x]).isEqualTo(Rgb8.of(WIDE).pixels()[3 * (left + x)]);
    }
  }

  @Test
  void aRandomSquareIsAFunctionOfSeedAndIndex() {
    var random = new Preparation(Fit.COVER, Crop.RANDOM, false);
    Set<Float> corners = new TreeSet<>();
    for (int index = 0; index < 60; index++) {
      Image square = square(random, index);
      assertThat(square.pixels()).isEqualTo(square(random, index).pixels());
      corners.add(red(square, 0, 0));
      corners.add(red(square, HEIGHT - 1, 0));
    }
    assertThat(corners).contains(-1f, 1f); // both ends are reached
  }

  @Test
  void halfOfThePicturesAreMirrored() {
    var flip = new Preparation(Fit.STRETCH, Crop.CENTER, true);
    int mirrored = 0;
    for (int index = 0; index < 400; index++) {
      Image square = square(flip, index);
      boolean isMirrored = red(square, 0, 0) > red(square, HEIGHT - 1, 0);
      mirrored += isMirrored ? 1 : 0;
      assertThat(red(square, 0, 1)).isEqualTo(red(square, 0, 0));
    }
    assertThat(mirrored).isBetween(150, 250);
  }

  @Test
  void aContainedPictureIsWholeOnWhite() {
    Image square = examples(new Preparation(Fit.CONTAIN, Crop.CENTER, false), 12).get(0).image();
    assertThat(red(square, 0, 3)).isEqualTo(1);
    assertThat(red(square, 0, 4)).isEqualTo(-1);
    assertThat(red(square, 11, 7)).isEqualTo(1);
    assertThat(square.width()).isEqualTo(12);
  }
}
