package io.diffusion4j.data.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards of webdataset and img2dataset, whole ones and others. */
class TarShardTest {
  private static final byte[] PICTURE = Png.encode(new Image(2, 2, new float[12]), Map.of());

  private Path shard = Path.of("");

  @BeforeEach
  void name(@TempDir Path folder) {
    shard = folder.resolve("00000.tar");
  }

  private PictureFiles open(byte[] tar) throws IOException {
    Files.write(shard, tar);
    return PictureFiles.open("data", List.of(shard.toString()), Columns.USUAL);
  }

  private static byte[] text(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void membersOfOneKeyAreASample() throws IOException {
    var tar =
        new TarWriter()
            .file("000.json", text("{\"caption\": \"not this one\"}"))
            .file("000.png", PICTURE)
            .file("000.txt", text("one\nuno"))
            .file("__index__", text("nothing"))
            .file("001.seg.png", PICTURE)
            .file("001.JPG", PICTURE)
            .file("001.json", text("{\"caption\": \"two\", \"status\": \"success\"}"))
            .file("002.txt", text("no picture"))
            .file("003.webp", PICTURE)
            .end();
    PictureFiles set = open(tar);
    assertThat(set.size()).isEqualTo(3);
    assertThat(set.key(1)).isEqualTo("001.JPG");
    assertThat(set.captions(0)).containsExactly("one", "uno");
    assertThat(set.captions(1)).containsExactly("two");
    assertThat(set.captions(2)).isEmpty();
    assertThat(set.image(0).width()).isEqualTo(2);
  }

  @Test
  void longNamesAreRead() throws IOException {
    String name = "a/".repeat(80) + "ü";
    PictureFiles set =
        open(
            new TarWriter()
                .pax(name + ".png", PICTURE)
                .gnu(name + ".txt", text("long"))
                .file("b.png", PICTURE)
                .end());
    assertThat(set.key(0)).isEqualTo(name + ".png");
    assertThat(set.captions(0)).containsExactly("long");
    assertThat(set.key(1)).isEqualTo("b.png");
  }

  @Test
  void aShardThatIsCutOffIsRefused() throws IOException {
    byte[] whole = new TarWriter().file("a.png", PICTURE).file("b.png", PICTURE).end();
    int second = 512 + 512 * ((PICTURE.length + 511) / 512);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(Arrays.copyOf(whole, second + 512 + 10)))
        .withMessage(
            "data: %s, b.png claims %d bytes and the file ends after 10 (expected: a whole tar file)"
                .formatted(shard, PICTURE.length));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(Arrays.copyOf(whole, second + 100)))
        .withMessage(
            "data: %s, a header is cut off at byte %d (expected: a whole tar file)"
                .formatted(shard, second));
    assertThat(open(new TarWriter().file("a.png", PICTURE).bytes()).size())
        .as("without the zeros at its end")
        .isEqualTo(1);
  }

  @Test
  void aMemberThatClaimsTooMuchIsRefused() throws IOException {
    byte[] huge = new byte[12];
    huge[0] = (byte) 0x80;
    huge[4] = (byte) 0x80; // 2^63
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().member("a.png", '0', huge, PICTURE).end()))
        .withMessage(
            "data: %s, a.png claims more than 2^63 bytes (expected: a whole tar file)"
                .formatted(shard));
    byte[] large = new byte[12];
    large[0] = (byte) 0x80;
    large[6] = 1; // 2^40
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().member("a.png", '0', large, PICTURE).end()))
        .withMessageContaining("a.png claims " + (1L << 40) + " bytes and the file ends after ");
  }

  @Test
  void whatIsNoShardIsRefused() throws IOException {
    var gzip = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(gzip)) {
      out.write(new TarWriter().file("a.png", PICTURE).end());
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(gzip.toByteArray()))
        .withMessageContaining(", compressed (expected: a plain tar file");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new byte[0]))
        .withMessageContaining(", a header is cut off at byte 0 (expected: a whole tar file)");
    byte[] noise = new byte[2048];
    Arrays.fill(noise, (byte) 'x');
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(noise))
        .withMessageContaining(", no header at byte 0 (expected: a tar file)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().file("a.png", PICTURE).file("a.png", PICTURE).end()))
        .withMessageContaining(" has a.png twice (expected: each member once)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().file("a.txt", text("words")).end()))
        .withMessage(
            "data: " + shard + " (expected: a shard with pictures, such as KEY.jpg and KEY.txt)");
  }
}
