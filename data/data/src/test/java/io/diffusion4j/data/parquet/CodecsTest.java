package io.diffusion4j.data.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

/** Pages that are no larger than their headers say. */
class CodecsTest {
  private static final byte[] PAGE = "a page of a page of a page".repeat(50).getBytes(UTF_8);

  private static byte[] decompressed(CompressionCodecName codec, byte[] bytes, int size)
      throws IOException {
    return new Codecs()
        .getDecompressor(codec)
        .decompress(BytesInput.from(bytes), size)
        .toInputStream()
        .readAllBytes();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void gzipIsRead() throws IOException {
    assertThat(decompressed(CompressionCodecName.GZIP, gzip(PAGE), PAGE.length)).isEqualTo(PAGE);
  }

  @Test
  void aPageOfAnotherSizeIsNot() throws IOException {
    byte[] gzip = gzip(PAGE);
    assertThat(decompressed(CompressionCodecName.GZIP, gzip, 10)).hasSize(10);
    assertThatIOException()
        .isThrownBy(() -> decompressed(CompressionCodecName.GZIP, gzip, PAGE.length + 1))
        .withMessage("a page ends early (expected: %d bytes)", PAGE.length + 1);
    byte[] snappy = Snappy.compress(PAGE);
    assertThatIOException()
        .isThrownBy(() -> decompressed(CompressionCodecName.SNAPPY, snappy, 10))
        .withMessage("a page of another size (expected: 10 bytes)");
    assertThatIOException()
        .isThrownBy(() -> decompressed(CompressionCodecName.LZ4_RAW, snappy, 10))
        .withMessageStartingWith("a damaged page: ");
  }

  @Test
  void whatNobodyWritesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Codecs().getDecompressor(CompressionCodecName.LZO))
        .withMessage("codec: LZO (expected: one of UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4_RAW)");
  }
}
