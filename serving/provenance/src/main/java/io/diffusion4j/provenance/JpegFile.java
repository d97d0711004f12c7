package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.argument.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A JPEG file: XMP in an {@code APP1} segment (XMP part 3, §1.1.3), C2PA in {@code APP11} (JPEG XT,
 * ISO 18477-3, annex B), both after the segments of JFIF and Exif.
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
record JpegFile(List<Segment> segments, byte[] scans) implements MarkedFile {
  static final byte[] SIGNATURE = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};

  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP11 = 0xeb;
  private static final int FIRST_RESTART = 0xd0;
  private static final int LAST_RESTART = 0xd7;
  private static final int END = 0xd9;
  private static final int START_OF_SCAN = 0xda;
  private static final byte[] XMP = "http://ns.adobe.com/xap/1.0/\0".getBytes(ISO_8859_1);
  private static final byte[] EXIF = "Exif\0".getBytes(ISO_8859_1);

  /** The identifier of JPEG XT boxes, and the number of this project's box. */
  private static final byte[] BOX = {'J', 'P', 0, 1};

  /** The length of a segment, which counts itself, has two bytes. */
  private static final int MAX = 0xffff - 2;

  private static final int AROUND_SEGMENT = 4;

  /** A JUMBF superbox, of which each segment repeats the header of 8 bytes. */
  private static final int BOX_HEADER = 8;

  /**
   * A segment before the scans.
   *
   * @param marker its second byte
   * @param data without marker and length
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Segment(int marker, byte[] data) {
    boolean is(int expected, byte[] start) {
      return marker == expected && new Reader(data).startsWith(start);
    }
  }

  JpegFile {
    segments = List.copyOf(segments);
  }

  static JpegFile read(Reader in) throws IOException {
    in.take(2);
    List<Segment> segments = new ArrayList<>();
    while (true) {
      if (in.u8() != 0xff) {
        throw new IOException("picture: no marker where one belongs (expected: a whole JPEG file)");
      }
      int marker = in.u8();
      while (marker == 0xff) { // fill bytes
        marker = in.u8();
      }
      int length = in.u16();
      byte[] data = in.take(length - 2L);
      if (marker == START_OF_SCAN) {
        var scans = new ByteArrayOutputStream();
        write(new Segment(marker, data), scans);
        scans.writeBytes(in.take(in.remaining()));
        return new JpegFile(segments, scans.toByteArray());
      }
      segments.add(new Segment(marker, data));
    }
  }

  @Override
  public String mediaType() {
    return "image/jpeg";
  }

  @Override
  public Optional<String> xmp() {
    return segments.stream()
        .filter(segment -> segment.is(APP1, XMP))
        .findFirst()
        .map(s -> new String(s.data(), XMP.length, s.data().length - XMP.length, UTF_8));
  }

  @Override
  public MarkedFile withXmp(String packet) {
    byte[] text = packet.getBytes(UTF_8);
    int most = MAX - XMP.length;
    Check.that(text.length <= most, "xmp", text.length + " bytes", "at most %s in JPEG", most);
    byte[] data = Arrays.copyOf(XMP, XMP.length + text.length);
    System.arraycopy(text, 0, data, XMP.length, text.length);
    return without(APP1, XMP).inserted(List.of(new Segment(APP1, data)));
  }

  @Override
  public Optional<Range> manifest() {
    int start = 2;
    int length = 0;
    for (Segment segment : segments) {
      int size = segment.data().length + AROUND_SEGMENT;
      if (segment.is(APP11, BOX)) {
        length += size;
      } else if (length == 0) {
        start += size;
      } else {
        break;
      }
    }
    return length == 0 ? Optional.empty() : Optional.of(new Range(start, length));
  }

  @Override
  public MarkedFile withManifest(byte[] store) {
    int most = MAX - BOX.length - 4 - BOX_HEADER;
    List<Segment> parts = new ArrayList<>();
    for (int from = BOX_HEADER; from < store.length; from += most) {
      var data = new ByteArrayOutputStream();
      data.writeBytes(BOX);
      int number = parts.size() + 1;
      data.writeBytes(
          new byte[] {
            (byte) (number >> 24), (byte) (number >> 16), (byte) (number >> 8), (byte) number
          });
      data.write(store, 0, BOX_HEADER);
      data.write(store, from, Math.min(most, store.length - from));
      parts.add(new Segment(APP11, data.toByteArray()));
    }
    return without(APP11, BOX).inserted(parts);
  }

  @Override
  public List<Part> others() {
    List<Part> others = new ArrayList<>();
    boolean xmp = false;
    int boxes = 0; // 0 before those of the manifest, 1 among them, 2 after
    for (Segment segment : segments) {
      boolean box = segment.is(APP11, BOX);
      boxes = box && boxes < 2 ? 1 : boxes == 0 ? 0 : 2;
      boolean first = !xmp && segment.is(APP1, XMP);
      xmp |= first;
      if (!first && !(box && boxes == 1) && !isCoding(segment.marker())) {
        others.add(part(segment.marker(), segment.data()));
      }
    }
    try {
      addAfterStart(new Reader(scans), others);
    } catch (IOException e) {
      others.add(new Part("a scan that ends too early", new byte[0]));
    }
    return others;
  }

  /** Adds the segments among the scans, and the bytes after them. */
  private static void addAfterStart(Reader in, List<Part> others) throws IOException {
    while (true) {
      if (in.u8() != 0xff) {
        continue; // coded pixels
      }
      int marker = in.u8();
      while (marker == 0xff) { // fill bytes
        marker = in.u8();
      }
      if (marker == END) {
        if (in.hasMore()) {
          others.add(new Part("bytes after the end", in.take(in.remaining())));
        }
        return;
      }
      if (marker != 0 && (marker < FIRST_RESTART || marker > LAST_RESTART)) {
        byte[] data = in.take(in.u16() - 2L);
        if (!isCoding(marker)) {
          others.add(part(marker, data));
        }
      }
    }
  }

  /** Whether a segment describes how pixels are coded: frames, scans, tables, intervals. */
  private static boolean isCoding(int marker) {
    return marker >= 0xc0 && marker <= 0xdf;
  }

  private static Part part(int marker, byte[] data) {
    return new Part(
        marker >= APP0 && marker < APP0 + 16 ? "APP" + (marker - APP0) : "segment " + marker, data);
  }

  private JpegFile without(int marker, byte[] start) {
    return new JpegFile(segments.stream().filter(s -> !s.is(marker, start)).toList(), scans);
  }

  /** Returns the file with segments after those of JFIF and Exif. */
  private JpegFile inserted(List<Segment> inserted) {
    List<Segment> all = new ArrayList<>(segments);
    int at = 0;
    while (at < all.size() && (all.get(at).marker() == APP0 || all.get(at).is(APP1, EXIF))) {
      at++;
    }
    all.addAll(at, inserted);
    return new JpegFile(all, scans);
  }

  @Override
  public byte[] bytes() {
    var out = new ByteArrayOutputStream();
    out.write(SIGNATURE, 0, 2);
    segments.forEach(segment -> write(segment, out));
    out.writeBytes(scans);
    return out.toByteArray();
  }

  private static void write(Segment segment, ByteArrayOutputStream out) {
    int length = segment.data().length + 2;
    out.write(0xff);
    out.write(segment.marker());
    out.write(length >> 8);
    out.write(length);
    out.writeBytes(segment.data());
  }
}
