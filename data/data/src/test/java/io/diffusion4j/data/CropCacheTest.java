package io.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.data.Preparation.Crop;
import io.diffusion4j.data.Preparation.Fit;
import io.diffusion4j.diffusion.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Squares kept beside the pictures they were cut out of. */
class CropCacheTest {
  private static final int N = 12;

  @TempDir Path folder = Path.of("");

  /** Noise; the last picture cannot be read. */
  private record Counted(AtomicInteger decoded, AtomicInteger changes) implements PictureSet {
    Counted() {
      this(new AtomicInteger(), new AtomicInteger());
    }

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

    /** The first picture is changed from time to time. */
    @Override
    public OptionalLong version(long index) {
      return OptionalLong.of(index == 0 ? changes.get() : 7);
    }

    @Override
    public Image image(long index) {
      decoded.incrementAndGet();
      if (index == N - 1) {
        throw new UncheckedIOException(new IOException("damaged"));
      }
      float[] pixels = new float[20 * 14 * 3];
      var random = new SplittableRandom(index == 0 ? changes.get() : -index);
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (float) (2 * random.nextDouble() - 1);
      }
      return new Image(20, 14, pixels);
    }
  }

  private static Shuffled shuffled(
      PictureSet set, Preparation preparation, Optional<CropCache> store) {
    return new Shuffled(set, preparation, store, new BadPictures(0.5));
  }

  @Test
  void examplesAreTheSameAndPicturesAreDecodedOnceUnlessTheSquareIsDrawn() throws IOException {
    var set = new Counted();
    for (var preparation :
        List.of(
            Preparation.DEFAULT,
            new Preparation(Fit.CONTAIN, Crop.RANDOM, true),
            new Preparation(Fit.COVER, Crop.RANDOM, true))) {
      try (var files = new CropCache(folder, set, preparation, 0)) {
        for (int size : new int[] {8, 12}) {
          CaptionedImages plain = shuffled(set, preparation, Optional.empty()).examples(size, 4);
          CaptionedImages kept = shuffled(set, preparation, Optional.of(files)).examples(size, 4);
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
    }
  }

  /** All examples of an epoch, through a store that is opened for them. */
  private List<float[]> epoch(Counted set, int minSize) {
    set.decoded.set(0);
    try (var files = new CropCache(folder, set, Preparation.DEFAULT, minSize)) {
      var bad = new BadPictures(0.5, minSize);
      var examples = new Shuffled(set, Preparation.DEFAULT, Optional.of(files), bad).examples(8, 4);
      return LongStream.range(0, N).mapToObj(i -> examples.get(i).image().pixels()).toList();
    }
  }

  @Test
  void aLaterRunFindsTheSquares() {
    var set = new Counted();
    List<float[]> first = epoch(set, 0);
    assertThat(set.decoded).hasValue(N);

    assertThat(epoch(set, 0)).usingRecursiveComparison().isEqualTo(first);
    assertThat(set.decoded).as("that which cannot be read").hasValue(1);
  }

  @Test
  void aChangedPictureIsDecodedAgain() {
    var set = new Counted();
    List<float[]> first = epoch(set, 0);
    set.changes.set(1);

    List<float[]> second = epoch(set, 0);

    assertThat(set.decoded).hasValue(2);
    assertThat(second).usingRecursiveComparison().isNotEqualTo(first);
    set.changes.set(0);
    assertThat(epoch(set, 0)).usingRecursiveComparison().isEqualTo(first);
  }

  /** A larger least size would have refused pictures whose squares are there. */
  @Test
  void anotherLeastSizeHasAFileOfItsOwn() {
    var set = new Counted();
    epoch(set, 0);
    epoch(set, 14);
    assertThat(set.decoded).hasValue(N);
  }

  @Test
  void damagedAndCutSquaresAreMadeAnew() throws IOException {
    var set = new Counted();
    List<float[]> first = epoch(set, 0);
    Path file;
    try (Stream<Path> files = Files.list(folder)) {
      file = files.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    for (int at = 5; at < bytes.length; at += 97) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 0x10;
      Files.write(file, damaged);
      assertThat(epoch(set, 0)).usingRecursiveComparison().isEqualTo(first);
      assertThat(set.decoded).as("byte %d", at).hasValueLessThanOrEqualTo(2);
      Files.write(file, Arrays.copyOf(bytes, at));
      assertThat(epoch(set, 0)).usingRecursiveComparison().isEqualTo(first);
    }
  }
}
