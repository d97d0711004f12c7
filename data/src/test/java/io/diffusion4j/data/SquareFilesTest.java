package io.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.data.Preparation.Crop;
import io.diffusion4j.data.Preparation.Fit;
import io.diffusion4j.diffusion.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Squares kept beside the pictures they were cut out of. */
class SquareFilesTest {
  private static final int N = 12;

  @TempDir Path folder = Path.of("");

  /** Noise; the last picture cannot be read. */
  private record Counted(AtomicInteger decoded) implements PictureSet {
    @Override
    public String name() {
      return "noise";
    }

    @Override
    public long size() {
      return N;
    }

    @Override
    public String key(long index) {
      return index + ".png";
    }

    @Override
    public List<String> captions(long index) {
      return List.of("noise " + index);
    }

    @Override
    public Image image(long index) {
      decoded.incrementAndGet();
      if (index == N - 1) {
        throw new UncheckedIOException(new IOException("damaged"));
      }
      float[] pixels = new float[20 * 14 * 3];
      var random = new SplittableRandom(index);
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (float) (2 * random.nextDouble() - 1);
      }
      return new Image(20, 14, pixels);
    }
  }

  private static Shuffled shuffled(PictureSet set, Preparation preparation, SquareStore store) {
    return new Shuffled(set, preparation, store, new BadPictures(0.5));
  }

  @Test
  void examplesAreTheSameAndPicturesAreDecodedOnceUnlessTheSquareIsDrawn() throws IOException {
    var set = new Counted(new AtomicInteger());
    for (var preparation :
        List.of(
            Preparation.USUAL,
            new Preparation(Fit.CONTAIN, Crop.RANDOM, true),
            new Preparation(Fit.COVER, Crop.RANDOM, true))) {
      try (var files = new SquareFiles(folder.resolve("cache"))) {
        for (int size : new int[] {8, 12}) {
          CaptionedImages plain = shuffled(set, preparation, SquareStore.NONE).examples(size, 4);
          CaptionedImages kept = shuffled(set, preparation, files).examples(size, 4);
          for (int i = 0; i < 3 * N; i++) {
            var example = kept.get(i);
            assertThat(example.image().pixels()).isEqualTo(plain.get(i).image().pixels());
            assertThat(example.caption()).isEqualTo(plain.get(i).caption());
          }
          set.decoded.set(0);
          for (int i = 0; i < 3 * N; i++) {
            kept.get(i);
          }
          assertThat(set.decoded.get() > 0).isEqualTo(preparation.isDrawn());
        }
      }
      try (Stream<Path> left = Files.list(folder.resolve("cache"))) {
        assertThat(left).as("files that are left").isEmpty();
      }
    }
  }
}
