package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A WebP file (RFC 9649): XMP in the chunk {@code "XMP "}, C2PA in {@code C2PA}, both at the end. A
 * file in the simple layout is given the extended header that XMP needs.
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
record WebpFile(List<Chunk> chunks, byte[] after) implements MarkedFile {
  private static final byte[] RIFF = {'R', 'I', 'F', 'F'};
  private static final byte[] WEBP = {'W', 'E', 'B', 'P'};
  private static final String HEADER = "VP8X";
  private static final String LOSSY = "VP8 ";
  private static final String LOSSLESS = "VP8L";
  private static final String XMP = "XMP ";
  private static final String MANIFEST = "C2PA";
  private static final Set<String> ONCE = Set.of(HEADER, LOSSLESS, XMP, MANIFEST);
  private static final int HAS_XMP = 0x04;
  private static final int HAS_ALPHA = 0x10;

  /**
   * A chunk.
   *
   * @param type four letters
   * @param data without type, size and padding
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Chunk(String type, byte[] data) {
    int padded() {
      return 8 + data.length + (data.length & 1);
    }
  }

  WebpFile {
    chunks = List.copyOf(chunks);
  }

  private WebpFile(List<Chunk> chunks) {
    this(chunks, new byte[0]);
  }

  static boolean isOne(Reader in) {
    return in.startsWith(RIFF) && in.matches(8, WEBP);
  }

  static WebpFile read(Reader in) throws IOException {
    in.take(4);
    long size = in.u32LittleEndian();
    int after = (int) Math.max(0, in.remaining() - size - (size & 1));
    in.take(4);
    List<Chunk> chunks = new ArrayList<>();
    while (in.remaining() - after >= 8) {
      String type = new String(in.take(4), ISO_8859_1);
      byte[] data = in.take(in.u32LittleEndian());
      if ((data.length & 1) == 1 && in.hasMore()) {
        in.take(1);
      }
      chunks.add(new Chunk(type, data));
    }
    var file = new WebpFile(chunks, in.take(in.remaining()));
    return file.isExtended() ? file : file.extended();
  }

  private boolean isExtended() {
    return !chunks.isEmpty() && chunks.get(0).type().equals(HEADER);
  }

  /** Returns the file with an extended header of the size that its frame states. */
  private WebpFile extended() throws IOException {
    if (chunks.isEmpty()) {
      throw new IOException("picture: no chunks (expected: a whole WebP file)");
    }
    List<Chunk> all = new ArrayList<>(chunks);
    all.add(0, new Chunk(HEADER, header(chunks.get(0))));
    return new WebpFile(all, after);
  }

  /** Returns the extended header of a file with this frame and nothing else. */
  private static byte[] header(Chunk frame) throws IOException {
    var in = new Reader(frame.data());
    if (frame.type().equals(LOSSY)) {
      in.take(6); // the frame's tag and start code
      int width = littleEndian16(in) & 0x3fff;
      return header(0, width, littleEndian16(in) & 0x3fff);
    }
    if (!frame.type().equals(LOSSLESS)) {
      throw new IOException("picture: no frame first (expected: a whole WebP file)");
    }
    in.take(1); // the signature
    long bits = in.u32LittleEndian();
    int flags = (bits >> 28 & 1) == 1 ? HAS_ALPHA : 0;
    return header(flags, (int) (bits & 0x3fff) + 1, (int) (bits >> 14 & 0x3fff) + 1);
  }

  private static int littleEndian16(Reader in) throws IOException {
    return in.u8() | in.u8() << 8;
  }

  private static byte[] header(int flags, int width, int height) {
    int w = width - 1;
    int h = height - 1;
    return new byte[] {
      (byte) flags,
      0,
      0,
      0,
      (byte) w,
      (byte) (w >> 8),
      (byte) (w >> 16),
      (byte) h,
      (byte) (h >> 8),
      (byte) (h >> 16)
    };
  }

  @Override
  public String mediaType() {
    return "image/webp";
  }

  @Override
  public Optional<String> xmp() {
    return chunks.stream()
        .filter(chunk -> chunk.type().equals(XMP))
        .findFirst()
        .map(chunk -> new String(chunk.data(), UTF_8));
  }

  @Override
  public MarkedFile withXmp(String packet) {
    byte[] header = chunks.get(0).data().clone();
    header[0] |= HAS_XMP;
    List<Chunk> all = new ArrayList<>(chunks);
    all.removeIf(chunk -> chunk.type().equals(XMP));
    all.set(0, new Chunk(HEADER, header));
    int end = all.size();
    while (all.get(end - 1).type().equals(MANIFEST)) {
      end--;
    }
    all.add(end, new Chunk(XMP, packet.getBytes(UTF_8)));
    return new WebpFile(all);
  }

  @Override
  public Optional<Range> manifest() {
    int start = RIFF.length + 4 + WEBP.length;
    for (Chunk chunk : chunks) {
      if (chunk.type().equals(MANIFEST)) {
        return Optional.of(new Range(start, chunk.padded()));
      }
      start += chunk.padded();
    }
    return Optional.empty();
  }

  @Override
  public MarkedFile withManifest(byte[] store) {
    List<Chunk> all = new ArrayList<>(chunks);
    all.removeIf(chunk -> chunk.type().equals(MANIFEST));
    all.add(new Chunk(MANIFEST, store));
    return new WebpFile(all);
  }

  @Override
  public List<Part> others() {
    Set<String> seen = new HashSet<>(); // of each of these, the first is known
    List<Part> others = new ArrayList<>();
    for (Chunk chunk : chunks) {
      String kind = chunk.type().equals(LOSSY) ? LOSSLESS : chunk.type();
      if (!(ONCE.contains(kind) && seen.add(kind)) || (kind.equals(HEADER) && !isUsual(chunk))) {
        others.add(new Part(chunk.type().strip(), chunk.data()));
      }
    }
    if (after.length > 0) {
      others.add(new Part("bytes after the end", after));
    }
    return others;
  }

  /** Whether a header states what the frame does, apart from the mark of XMP. */
  private boolean isUsual(Chunk header) {
    byte[] stated = header.data().clone();
    try {
      for (Chunk chunk : chunks) {
        if (chunk.type().equals(LOSSY) || chunk.type().equals(LOSSLESS)) {
          stated[0] &= ~HAS_XMP;
          return Arrays.equals(stated, header(chunk));
        }
      }
    } catch (IOException e) {
      return false; // a frame without a header
    }
    return false;
  }

  @Override
  public byte[] bytes() {
    int size = WEBP.length + chunks.stream().mapToInt(Chunk::padded).sum();
    var out = new ByteArrayOutputStream();
    out.writeBytes(RIFF);
    out.writeBytes(size(size));
    out.writeBytes(WEBP);
    for (Chunk chunk : chunks) {
      out.writeBytes(chunk.type().getBytes(ISO_8859_1));
      out.writeBytes(size(chunk.data().length));
      out.writeBytes(chunk.data());
      if ((chunk.data().length & 1) == 1) {
        out.write(0);
      }
    }
    out.writeBytes(after);
    return out.toByteArray();
  }

  private static byte[] size(int bytes) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes).array();
  }
}
