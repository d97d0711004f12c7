package io.diffusion4j.provenance;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The structure of a picture file around its coded pixels, which are never touched: where an XMP
 * packet and a C2PA manifest are stored.
 *
 * <p>Instances are immutable. The bytes of an unchanged file are those that were read, except that
 * a WebP file in the simple layout is given an extended header.
 */
public sealed interface MarkedFile permits PngFile, JpegFile, WebpFile {
  /**
   * A part of a file.
   *
   * @param start the offset of its first byte
   * @param length the length in bytes
   */
  record Range(int start, int length) {}

  /**
   * A part that is neither coded pixels nor one of the marks.
   *
   * @param name its type, such as {@code gAMA}
   * @param data its content
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Part(String name, byte[] data) {}

  /**
   * Reads the structure of a file.
   *
   * @throws IOException if it is not a PNG, JPEG or WebP file, or a damaged one
   */
  static MarkedFile of(byte[] file) throws IOException {
    var in = new Reader(file);
    if (in.startsWith(PngFile.SIGNATURE)) {
      return PngFile.read(in);
    }
    if (in.startsWith(JpegFile.SIGNATURE)) {
      return JpegFile.read(in);
    }
    if (WebpFile.isOne(in)) {
      return WebpFile.read(in);
    }
    throw new IOException("picture: unknown format (expected: PNG, JPEG or WebP)");
  }

  /** Returns the media type, such as {@code image/png}. */
  String mediaType();

  /** Returns the XMP packet. */
  Optional<String> xmp();

  /**
   * Returns the file with this XMP packet in place of its own.
   *
   * @throws IllegalArgumentException if the packet is larger than the format allows
   */
  MarkedFile withXmp(String packet);

  /** Returns the place of the C2PA manifest store with the headers around it. */
  Optional<Range> manifest();

  /**
   * Returns the file with this C2PA manifest store in place of its own.
   *
   * @param store a JUMBF superbox
   * @throws IllegalArgumentException if it is larger than the format allows
   */
  MarkedFile withManifest(byte[] store);

  /**
   * Returns all parts beside the coded pixels, the XMP packet and the C2PA manifest, in their
   * order: text, colour profiles, frames of an animation, a repeated mark, bytes after the end.
   */
  List<Part> others();

  /** Returns the content of the file. */
  byte[] bytes();
}
