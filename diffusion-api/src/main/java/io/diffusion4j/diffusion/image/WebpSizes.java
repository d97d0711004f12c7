package io.diffusion4j.diffusion.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * The sizes of the frames in the headers of a WebP file (RFC 9649). A file can have a small canvas
 * and a large frame, so the size of the image reported by a decoder is not enough.
 */
final class WebpSizes {
  private static final int CHUNK_HEADER = 8;
  private static final int FRAME_HEADER = 16; // of ANMF, before the chunks of its frame
  private static final int MAX_BITS = 0x3fff; // 14 of each side

  private static final Set<String> FRAMES = Set.of("VP8 ", "VP8L", "ANMF");

  private WebpSizes() {}

  /**
   * Returns the number of pixels of the largest frame; 0 if this is not a WebP file.
   *
   * @throws IOException if a chunk of a frame is cut off
   */
  static long largest(byte[] file) throws IOException {
    if (file.length < 12 || !name(file, 0).equals("RIFF") || !name(file, 8).equals("WEBP")) {
      return 0;
    }
    return largest(file, 12, file.length);
  }

  private static long largest(byte[] file, int from, int to) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    long largest = 0;
    long at = from;
    while (at + CHUNK_HEADER <= to) {
      int data = (int) at + CHUNK_HEADER;
      long length = Integer.toUnsignedLong(bytes.getInt(data - 4));
      String name = name(file, (int) at);
      if (data + length > to && FRAMES.contains(name)) {
        throw new IOException("a frame is cut off");
      }
      int end = (int) Math.min(to, data + length);
      largest =
          Math.max(
              largest,
              switch (name) {
                case "VP8 " -> lossy(bytes, data, end);
                case "VP8L" -> lossless(bytes, data, end);
                case "ANMF" -> largest(file, Math.min(end, data + FRAME_HEADER), end);
                default -> 0;
              });
      at = data + length + length % 2; // chunks begin at even places
    }
    return largest;
  }

  /** After a tag of three bytes and a start code of three: width and height (RFC 6386, §9.1). */
  private static long lossy(ByteBuffer bytes, int data, int end) throws IOException {
    require(end - data >= 10);
    long width = bytes.getShort(data + 6) & MAX_BITS;
    long height = bytes.getShort(data + 8) & MAX_BITS;
    return width * height;
  }

  /** After a signature of one byte: width − 1 and height − 1, 14 bits each (RFC 9649, §3.4). */
  private static long lossless(ByteBuffer bytes, int data, int end) throws IOException {
    require(end - data >= 5);
    int bits = bytes.getInt(data + 1);
    long width = 1L + (bits & MAX_BITS);
    long height = 1L + (bits >>> 14 & MAX_BITS);
    return width * height;
  }

  private static void require(boolean there) throws IOException {
    if (!there) {
      throw new IOException("a frame ends in its header");
    }
  }

  private static String name(byte[] file, int at) {
    return new String(file, at, 4, ISO_8859_1);
  }
}
