package io.diffusion4j.diffusion.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContactSheetTest {
  @Test
  void imagesStandInRowsAndTheRestIsWhite() {
    Image sheet = ContactSheet.of(List.of(grey(2, 1, 0.1f), grey(2, 1, 0.2f), grey(2, 1, 0.3f)), 2);
    assertThat(sheet.width()).isEqualTo(4);
    assertThat(sheet.height()).isEqualTo(2);
    assertThat(levels(sheet)).containsExactly(0.1f, 0.1f, 0.2f, 0.2f, 0.3f, 0.3f, 1f, 1f);
  }

  @Test
  void aRowIsNoLongerThanThereAreImages() {
    assertThat(ContactSheet.of(List.of(grey(3, 2, 0)), 5).width()).isEqualTo(3);
  }

  @Test
  void allAreOfOneSize() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContactSheet.of(List.of(grey(2, 1, 0), grey(1, 2, 0)), 2))
        .withMessage("images: 1×2 (expected: 2×1, as the first)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContactSheet.of(List.of(), 2))
        .withMessage("images, columns: 0, 2 (expected: ≥ 1)");
  }

  private static Image grey(int width, int height, float level) {
    float[] pixels = new float[3 * width * height];
    Arrays.fill(pixels, level);
    return new Image(width, height, pixels);
  }

  private static float[] levels(Image image) {
    float[] levels = new float[image.width() * image.height()];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = image.pixels()[3 * i];
    }
    return levels;
  }
}
