package io.diffusion4j.serving.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.provenance.Provenance;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResizerTest {
  private final Resizer resizer = new Resizer(Provenance.DECLARED);
  private final byte[] png = Png.encode(new Image(8, 4, new float[3 * 8 * 4]), Map.of());

  @Test
  void aFileOfTheSizeStays() {
    assertThat(resizer.fit(png, new OutputSize(8, 4))).isSameAs(png);
  }

  @Test
  void anotherSizeIsReached() throws Exception {
    Image image = ImageFiles.read(resizer.fit(png, new OutputSize(4, 8)), 32);
    assertThat(image.width()).isEqualTo(4);
    assertThat(image.height()).isEqualTo(8);
  }

  @Test
  void aSizeForWhichThereIsNoMemoryIsRefused() {
    assertThatThrownBy(() -> resizer.fit(png, new OutputSize(1 << 20, 1 << 20)))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("pixels (expected: at most ");
  }
}
