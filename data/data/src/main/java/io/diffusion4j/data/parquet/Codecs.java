package io.diffusion4j.data.parquet;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.diffusion4j.diffusion.argument.Check;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/** Decompresses pages without Hadoop, and never to more bytes than declared in their header. */
final class Codecs implements CompressionCodecFactory {
  private interface Decompression {
    byte[] apply(byte[] bytes, int size) throws IOException;
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    Decompression decompression =
        switch (codec) {
          case UNCOMPRESSED -> (bytes, size) -> bytes;
          case SNAPPY -> Codecs::snappy;
          case GZIP ->
              (bytes, size) -> all(new GZIPInputStream(new ByteArrayInputStream(bytes)), size);
          case ZSTD ->
              (bytes, size) ->
                  all(new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(bytes)), size);
          case LZ4_RAW -> Codecs::lz4;
          default ->
              throw Check.refusal(
                  "codec", codec, "one of UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4_RAW");
        };
    return new Decompressor(decompression);
  }

  private static byte[] snappy(byte[] bytes, int size) throws IOException {
    if (Snappy.uncompressedLength(bytes) != size) {
      throw new IOException("a page of another size (expected: " + size + " bytes)");
    }
    return Snappy.uncompress(bytes);
  }

  private static byte[] lz4(byte[] bytes, int size) throws IOException {
    byte[] out = new byte[size];
    try {
      new Lz4Decompressor().decompress(bytes, 0, bytes.length, out, 0, size);
    } catch (RuntimeException e) { // for damaged data it throws other exceptions than IOException
      throw new IOException("a damaged page: " + e.getMessage(), e);
    }
    return out;
  }

  private static byte[] all(InputStream stream, int size) throws IOException {
    try (stream) {
      byte[] out = stream.readNBytes(size);
      if (out.length < size) {
        throw new EOFException("a page ends early (expected: " + size + " bytes)");
      }
      return out;
    }
  }

  private record Decompressor(Decompression decompression) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int size) throws IOException {
      return BytesInput.from(decompression.apply(bytes.toInputStream().readAllBytes(), size));
    }

    @Override
    public void decompress(ByteBuffer input, int from, ByteBuffer output, int size)
        throws IOException {
      byte[] bytes = new byte[from];
      input.get(bytes);
      output.put(decompression.apply(bytes, size));
    }

    @Override
    public void release() {}
  }

  /** Writing is not supported. */
  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("codec: " + codec + " (expected: reading only)");
  }

  @Override
  public void release() {}
}
