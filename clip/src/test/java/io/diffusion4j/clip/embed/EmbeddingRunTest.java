package io.diffusion4j.clip.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingRunTest {
  private static final int BAD = 3;

  /** An image is its number, in each channel; one of them is damaged. */
  private record Numbers(int count) implements PictureSet {
    @Override
    public String name() {
      return "numbers";
    }

    @Override
    public long size() {
      return count;
    }

    @Override
    public String key(long index) {
      return "picture " + index;
    }

    @Override
    public List<String> captions(long index) {
      return List.of();
    }

    @Override
    public Image image(long index) {
      if (index == BAD) {
        throw new UncheckedIOException(new IOException("damaged"));
      }
      float level = index / 100f;
      return new Image(1, 1, new float[] {level, level, level});
    }
  }

  private static final ImageEncoder PIXELS =
      images -> images.stream().map(image -> image.pixels().clone()).toList();

  @TempDir private Path folder = Path.of("");

  private final List<Long> progress = new ArrayList<>();
  private final EmbeddingRun run = new EmbeddingRun(4, progress::add);

  @Test
  void picturesAreEmbeddedInOrderWithoutTheDamaged() {
    var done = run.pictures(PIXELS, 3, new Numbers(9));
    assertThat(progress).containsExactly(4L, 8L, 9L);
    assertThat(done.unreadable()).containsOnlyKeys("picture " + BAD);
    assertThat(done.embeddings().names()).hasSize(8).doesNotContain("picture " + BAD);
    assertThat(done.embeddings().row(7)).containsOnly(0.08f);
  }

  @Test
  void aStoppedRunGoesOnWhereItWas() throws IOException {
    Path file = folder.resolve("a.part");
    var stops =
        new EmbeddingRun(
            4,
            count -> {
              if (count == 8) {
                throw new IllegalStateException("stopped");
              }
            });
    try (var part = EmbeddingRunFile.open(file, "model", 3, new Numbers(20))) {
      assertThatThrownBy(() -> stops.pictures(PIXELS, new Numbers(20), part)).hasMessage("stopped");
    }
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 5)); // a row is cut off
    try (var part = EmbeddingRunFile.open(file, "model", 3, new Numbers(20))) {
      assertThat(part.done()).isEqualTo(7);
      run.pictures(PIXELS, new Numbers(20), part);
      var whole = part.embeddings();
      assertThat(whole)
          .usingRecursiveComparison()
          .isEqualTo(run.pictures(PIXELS, 3, new Numbers(20)).embeddings());
      part.delete();
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void otherPicturesOrAnotherModelBeginAnew() {
    Path file = folder.resolve("b.part");
    try (var part = EmbeddingRunFile.open(file, "model", 3, new Numbers(5))) {
      run.pictures(PIXELS, new Numbers(5), part);
      assertThat(part.done()).isEqualTo(5);
    }
    try (var part = EmbeddingRunFile.open(file, "model", 3, new Numbers(6))) {
      assertThat(part.done()).isZero();
    }
    try (var part = EmbeddingRunFile.open(file, "other", 3, new Numbers(6))) {
      assertThat(part.done()).isZero();
    }
  }

  @Test
  void embeddingsAreReadAsTheyWereWritten() throws IOException {
    var texts =
        run.texts(
            all ->
                all.stream()
                    .map(text -> new float[] {text.length(), 1})
                    .map(e -> new TextEncoding(e, new boolean[] {true}, e))
                    .toList(),
            2,
            List.of("a", "\"ü\"", "", "four", "five5"));
    Path file = folder.resolve("texts.safetensors");
    texts.write(file);
    assertThat(Embeddings.read(file)).usingRecursiveComparison().isEqualTo(texts);
    Path npy = folder.resolve("texts.npy");
    texts.write(npy);
    byte[] bytes = Files.readAllBytes(npy);
    assertThat(bytes).hasSize(128 + 5 * 2 * 4).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
    assertThat(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1))
        .contains("{'descr': '<f4', 'fortran_order': False, 'shape': (5, 2), }");
    assertThat(folder.resolve("texts.names.json"))
        .hasContent("[\"a\",\"\\\"ü\\\"\",\"\",\"four\",\"five5\"]");
    assertThatThrownBy(() -> texts.write(folder.resolve("texts.csv")))
        .hasMessageEndingWith("(expected: a .safetensors or .npy file)");
  }
}
