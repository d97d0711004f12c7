package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.clip.embed.IndexUpdate;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.search.VectorIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index has the embeddings of the pictures as they are. */
class IndexUpdateTest {
  /** Black is at one axis, white at the other. */
  private static final ImageEncoder ENCODER =
      images ->
          images.stream()
              .map(image -> image.pixels()[0] < 0 ? new float[] {1, 0} : new float[] {0, 1})
              .toList();

  @TempDir private Path folder = Path.of("");

  @Test
  void whatHasChangedIsEmbeddedAgainAndNothingElse() throws IOException {
    write("a.png", -1, 1);
    write("b.png", -1, 1);
    try (var index = VectorIndex.open(folder.resolve("index"), "test", 2)) {
      assertThat(update(index)).isEqualTo(2);
      assertThat(update(index)).isZero();
      write("a.png", 1, 2);
      assertThat(update(index)).isEqualTo(1);
      assertThat(index.nearest(new float[] {0, 1}, 1).get(0).name()).isEqualTo("a.png");
      assertThat(index.count()).isEqualTo(2);
      Files.writeString(folder.resolve("pictures/a.png"), "no picture");
      assertThat(update(index)).isEqualTo(1);
      assertThat(index.names()).isEqualTo(List.of("b.png"));
    }
  }

  /** Returns the number of pictures that were new or changed. */
  private long update(VectorIndex index) {
    var set =
        PictureFiles.open("data", List.of(folder.resolve("pictures").toString()), Columns.DEFAULT);
    try (set) {
      var update = new IndexUpdate(index, set);
      long missing = update.missing();
      update.run(ENCODER, 2, done -> {});
      return missing;
    }
  }

  private void write(String name, float grey, long seconds) throws IOException {
    float[] pixels = new float[12];
    Arrays.fill(pixels, grey);
    Path file = Files.createDirectories(folder.resolve("pictures")).resolve(name);
    Files.write(file, Png.encode(new Image(2, 2, pixels), Map.of()));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1000 * seconds));
  }
}
