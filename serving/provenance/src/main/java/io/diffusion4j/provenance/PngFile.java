package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.image.Png;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * A PNG file: XMP in an {@code iTXt} chunk (XMP part 3, §1.1.5), C2PA in {@code caBX}, both after
 * the header.
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
record PngFile(List<Chunk> chunks, byte[] after) implements MarkedFile {
  static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private static final String XMP = "XML:com.adobe.xmp";

  /** The keyword under which ImageMagick stores XMP: lines of hexadecimal digits. */
  private static final String RAW_XMP = "Raw profile type xmp";

  private static final String TEXT = "iTXt";
  private static final String MANIFEST = "caBX";

  private static final Set<String> ONCE = Set.of("IHDR", "IEND", MANIFEST, XMP);

  /** Length, type and CRC. */
  private static final int AROUND_CHUNK = 12;

  /**
   * A chunk.
   *
   * @param type four letters
   * @param data without length, type and CRC
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Chunk(String type, byte[] data) {
    boolean hasKeyword(String keyword) {
      byte[] start = (keyword + '\0').getBytes(ISO_8859_1);
      return new Reader(data).startsWith(start);
    }
  }

  PngFile {
    chunks = List.copyOf(chunks);
  }

  private PngFile(List<Chunk> chunks) {
    this(chunks, new byte[0]);
  }

  static PngFile read(Reader in) throws IOException {
    in.take(SIGNATURE.length);
    List<Chunk> chunks = new ArrayList<>();
    while (in.hasMore()) {
      long length = in.u32();
      String type = new String(in.take(4), ISO_8859_1);
      chunks.add(new Chunk(type, in.take(length)));
      in.take(4);
      if (type.equals("IEND")) {
        break;
      }
    }
    if (chunks.isEmpty() || !chunks.get(0).type().equals("IHDR")) {
      throw new IOException("picture: no header chunk (expected: a whole PNG file)");
    }
    return new PngFile(chunks, in.take(in.remaining()));
  }

  @Override
  public String mediaType() {
    return "image/png";
  }

  @Override
  public Optional<String> xmp() {
    byte[] file = bytes();
    try {
      Optional<String> packet = Png.xmp(file);
      return packet.isPresent()
          ? packet
          : Optional.ofNullable(Png.text(file).get(RAW_XMP)).flatMap(PngFile::fromRawProfile);
    } catch (IOException e) {
      return Optional.empty(); // a file without readable text has no packet
    }
  }

  /** Decodes ImageMagick's form: a name, the number of bytes, and their digits in lines. */
  private static Optional<String> fromRawProfile(String profile) {
    String[] lines = profile.strip().split("\\s+", 3);
    try {
      return lines.length < 3
          ? Optional.empty()
          : Optional.of(new String(HexFormat.of().parseHex(lines[2].replaceAll("\\s", "")), UTF_8));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // no digits: not a packet
    }
  }

  @Override
  public MarkedFile withXmp(String packet) {
    var data = new ByteArrayOutputStream();
    data.writeBytes(XMP.getBytes(ISO_8859_1));
    data.writeBytes(new byte[5]); // end of keyword, not compressed, method, no language, no keyword
    data.writeBytes(packet.getBytes(UTF_8));
    List<Chunk> others =
        chunks.stream()
            .filter(chunk -> !chunk.hasKeyword(XMP) && !chunk.hasKeyword(RAW_XMP))
            .toList();
    return new PngFile(others).inserted(new Chunk(TEXT, data.toByteArray()));
  }

  @Override
  public Optional<Range> manifest() {
    int start = SIGNATURE.length;
    for (Chunk chunk : chunks) {
      int length = chunk.data().length + AROUND_CHUNK;
      if (chunk.type().equals(MANIFEST)) {
        return Optional.of(new Range(start, length));
      }
      start += length;
    }
    return Optional.empty();
  }

  @Override
  public MarkedFile withManifest(byte[] store) {
    List<Chunk> others = chunks.stream().filter(chunk -> !chunk.type().equals(MANIFEST)).toList();
    return new PngFile(others).inserted(new Chunk(MANIFEST, store));
  }

  @Override
  public List<Part> others() {
    Set<String> seen = new HashSet<>(); // of each of these, the first is known
    List<Part> others = new ArrayList<>();
    for (Chunk chunk : chunks) {
      String kind = chunk.hasKeyword(XMP) || chunk.hasKeyword(RAW_XMP) ? XMP : chunk.type();
      if (!kind.equals("IDAT") && !(ONCE.contains(kind) && seen.add(kind))) {
        others.add(new Part(chunk.type(), chunk.data()));
      }
    }
    if (after.length > 0) {
      others.add(new Part("bytes after the end", after));
    }
    return others;
  }

  /** Returns the file with a chunk after the header. */
  private PngFile inserted(Chunk chunk) {
    List<Chunk> with = new ArrayList<>(chunks);
    with.add(1, chunk);
    return new PngFile(with);
  }

  @Override
  public byte[] bytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.write(SIGNATURE);
      for (Chunk chunk : chunks) {
        byte[] type = chunk.type().getBytes(ISO_8859_1);
        out.writeInt(chunk.data().length);
        out.write(type);
        out.write(chunk.data());
        var crc = new CRC32();
        crc.update(type);
        crc.update(chunk.data());
        out.writeInt((int) crc.getValue());
      }
      out.write(after);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }
}
