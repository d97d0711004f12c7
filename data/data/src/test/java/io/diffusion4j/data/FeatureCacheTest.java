package io.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureCacheTest {
  private final AtomicInteger computed = new AtomicInteger();
  private final Path folder;

  FeatureCacheTest(@TempDir Path folder) {
    this.folder = folder.resolve("values");
  }

  private static Image picture(float first) {
    return new Image(1, 1, new float[] {first, 0, 0});
  }

  private float[] of(FeatureCache kept, Image picture) {
    return kept.of(
        picture,
        image -> {
          computed.incrementAndGet();
          return new float[] {image.pixels()[0], 2};
        });
  }

  @Test
  void aPictureIsComputedOnceInThisRunAndTheNext() {
    for (int run = 0; run < 2; run++) {
      var kept = new FeatureCache(folder, "weights", 1 << 20);
      for (int i = 0; i < 2; i++) {
        assertThat(of(kept, picture(0.5f))).containsExactly(0.5f, 2);
        assertThat(of(kept, picture(-0.5f))).containsExactly(-0.5f, 2);
      }
    }
    assertThat(computed).hasValue(2);
  }

  /** Values of a picture belong to what computed them, such as the weights of an autoencoder. */
  @Test
  void otherWeightsComputeAnew() {
    of(new FeatureCache(folder, "weights", 1 << 20), picture(0.5f));
    of(new FeatureCache(folder, "other weights", 1 << 20), picture(0.5f));
    of(new FeatureCache(folder, "weights", 1 << 20), picture(0.5f));
    assertThat(computed).hasValue(2);
  }

  @Test
  void aDamagedFileIsComputedAnew() throws IOException {
    var kept = new FeatureCache(folder, "weights", 1 << 20);
    of(kept, picture(0.5f));
    Path file;
    try (var files = Files.list(folder)) {
      file = files.findAny().orElseThrow();
    }
    byte[] good = Files.readAllBytes(file);
    byte[] flipped = good.clone();
    flipped[1] ^= 1;
    for (byte[] bad : new byte[][] {flipped, {}, {1, 2, 3, 4, 5}}) {
      Files.write(file, bad);
      assertThat(of(kept, picture(0.5f))).containsExactly(0.5f, 2);
      assertThat(file).hasBinaryContent(good);
    }
  }

  @Test
  void noMoreIsKeptThanIsAllowed() {
    var kept = new FeatureCache(folder, "weights", 3 * Integer.BYTES);
    for (int i = 0; i < 2; i++) {
      of(kept, picture(0.5f));
      of(kept, picture(-0.5f));
    }
    assertThat(computed).as("one kept, one computed twice").hasValue(3);
    assertThat(folder).isDirectoryContaining(file -> true);
  }
}
