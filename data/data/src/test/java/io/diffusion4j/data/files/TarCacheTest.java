package io.diffusion4j.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.data.files.TarIndex.Member;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Indices of shards that are kept. */
class TarCacheTest {
  private static final byte[] PICTURE = Png.encode(new Image(2, 2, new float[12]), Map.of());

  private Path shard = Path.of("");
  private Path folder = Path.of("");
  private TarCache cache = new TarCache(folder, 0);

  @BeforeEach
  void writeShard(@TempDir Path temporary) throws IOException {
    shard = temporary.resolve("00000.tar");
    folder = temporary.resolve("cache");
    cache = new TarCache(folder, 0);
    Files.write(shard, new TarWriter().file("a.png", PICTURE).file("ü.png", PICTURE).end());
  }

  private Path kept() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  @Test
  void aKeptIndexIsTheSameAndTheHeadersAreNotReadAgain() throws IOException {
    List<Member> members = cache.members("data", shard);
    assertThat(members).hasSize(2).isEqualTo(TarIndex.read("data", shard));
    FileTime time = Files.getLastModifiedTime(shard);
    byte[] bytes = Files.readAllBytes(shard);
    Arrays.fill(bytes, 0, 512, (byte) 'x'); // no header any more
    Files.write(shard, bytes);
    Files.setLastModifiedTime(shard, time);
    assertThat(cache.members("data", shard)).isEqualTo(members);
  }

  @Test
  void aShardThatWasChangedOrCutOffIsNoticed() throws IOException {
    cache.members("data", shard);
    byte[] whole = Files.readAllBytes(shard);
    Files.write(shard, Arrays.copyOf(whole, 1100));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cache.members("data", shard))
        .withMessageContaining("(expected: a whole tar file)");
    byte[] other = new TarWriter().file("b.png", PICTURE).file("ü.png", PICTURE).end();
    assertThat(other).hasSameSizeAs(whole);
    Files.write(shard, other);
    Files.setLastModifiedTime(shard, FileTime.fromMillis(1_000_000_000));
    assertThat(cache.members("data", shard)).extracting(Member::name).contains("b.png");
  }

  @Test
  void aDamagedIndexIsMadeAnew() throws IOException {
    List<Member> members = cache.members("data", shard);
    byte[] index = Files.readAllBytes(kept());
    for (int at = 0; at < index.length; at++) {
      byte[] damaged = index.clone();
      damaged[at] ^= 0x10;
      Files.write(kept(), damaged);
      assertThat(cache.members("data", shard)).as("byte %d", at).isEqualTo(members);
    }
    Files.write(kept(), Arrays.copyOf(index, index.length / 2));
    assertThat(cache.members("data", shard)).isEqualTo(members);
    assertThat(kept()).hasBinaryContent(index);
  }

  @Test
  void indicesOfSmallShardsAreNotKept() throws IOException {
    new TarCache(folder, 1 << 20).members("data", shard);
    assertThat(folder).doesNotExist();
  }

  @Test
  void aFolderThatCannotBeMadeDoesNotMatter() throws IOException {
    Path file = Files.writeString(shard.resolveSibling("file"), "no folder");
    assertThat(new TarCache(file, 0).members("data", shard)).hasSize(2);
  }

  @Test
  void aShardThatChangesWhileItIsOpenIsNotRead() throws IOException {
    PictureFiles set = PictureFiles.open("data", List.of(shard.toString()), Columns.DEFAULT);
    assertThat(set.image(0).width()).isEqualTo(2);
    Files.setLastModifiedTime(shard, FileTime.fromMillis(1_000_000_000));
    assertThatThrownBy(() -> set.image(0))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("a.png: " + shard + " was changed since it was opened");
  }
}
