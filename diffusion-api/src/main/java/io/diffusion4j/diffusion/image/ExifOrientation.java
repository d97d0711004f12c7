package io.diffusion4j.diffusion.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The orientation of the camera (Exif 2.32, tag 274), by which the stored image is rotated.
 *
 * @param transposed whether a row shown is a column stored
 * @param mirrored whether stored columns are read from the last to the first
 * @param flipped whether stored rows are read from the last to the first
 */
record ExifOrientation(boolean transposed, boolean mirrored, boolean flipped) {
  /** The values 1 to 8 of the tag. */
  private static final List<ExifOrientation> VALUES =
      List.of(
          new ExifOrientation(false, false, false),
          new ExifOrientation(false, true, false),
          new ExifOrientation(false, true, true),
          new ExifOrientation(false, false, true),
          new ExifOrientation(true, false, false),
          new ExifOrientation(true, false, true),
          new ExifOrientation(true, true, true),
          new ExifOrientation(true, true, false));

  private static final ExifOrientation UPRIGHT = VALUES.get(0);
  private static final int START_OF_SCAN = 0xda;
  private static final int APP1 = 0xe1;
  private static final int EXIF = 0x45786966; // "Exif"
  private static final int PNG = 0x89504e47;
  private static final int PNG_EXIF = 0x65584966; // "eXIf"
  private static final int RIFF = 0x52494646;
  private static final int WEBP_EXIF = 0x46495845; // "EXIF", from the last byte
  private static final int ORIENTATION = 274;
  private static final int SHORT = 3;

  /**
   * Reads the orientation of a JPEG, PNG or WebP file; upright if the tag is missing or invalid.
   */
  static ExifOrientation of(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    if (file.length >= 12 && bytes.getInt(0) == PNG) {
      return ofChunk(bytes, 8, 4, PNG_EXIF, 12);
    }
    if (file.length >= 12 && bytes.getInt(0) == RIFF) {
      return ofChunk(bytes.order(ByteOrder.LITTLE_ENDIAN), 12, 0, WEBP_EXIF, 8);
    }
    return ofJpeg(file);
  }

  /**
   * Reads the chunk with Exif.
   *
   * @param from the place of the first chunk
   * @param name the place of the name in a chunk; the length is in the other four bytes
   * @param wanted the name, in the order of the bytes
   * @param around the bytes of a chunk beside its data, of which 8 come first
   */
  private static ExifOrientation ofChunk(
      ByteBuffer file, int from, int name, int wanted, int around) {
    for (long at = from; at + 8 <= file.capacity(); ) {
      int place = (int) at;
      long length = file.getInt(place + 4 - name) & 0xffffffffL;
      if (file.getInt(place + name) == wanted && at + 8 + length <= file.capacity()) {
        ByteBuffer tiff = file.slice(place + 8, (int) length); // in WebP some begin like JPEG's
        return ofTiff(
            length > 6 && tiff.getInt(0) == EXIF ? tiff.slice(6, (int) length - 6) : tiff);
      }
      at += around + length + (around == 8 ? length % 2 : 0);
    }
    return UPRIGHT;
  }

  private static ExifOrientation ofJpeg(byte[] jpeg) {
    ByteBuffer file = ByteBuffer.wrap(jpeg);
    int at = 2; // past the start-of-image marker
    while (at + 4 <= jpeg.length && jpeg[at] == (byte) 0xff) {
      int marker = jpeg[at + 1] & 0xff;
      int length = file.getShort(at + 2) & 0xffff;
      if (marker == START_OF_SCAN || length < 2 || at + 2 + length > jpeg.length) {
        return UPRIGHT;
      }
      if (marker == APP1 && length >= 16 && file.getInt(at + 4) == EXIF) {
        return ofTiff(file.slice(at + 10, length - 8));
      }
      at += 2 + length;
    }
    return UPRIGHT;
  }

  private static ExifOrientation ofTiff(ByteBuffer tiff) {
    if (tiff.capacity() < 8) {
      return UPRIGHT;
    }
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long directory = tiff.getInt(4) & 0xffffffffL;
    if (directory + 2 > tiff.capacity()) {
      return UPRIGHT;
    }
    int entries = tiff.getShort((int) directory) & 0xffff;
    for (int i = 0; i < entries; i++) {
      long entry = directory + 2 + 12L * i;
      if (entry + 12 > tiff.capacity()) {
        return UPRIGHT;
      }
      int at = (int) entry;
      if ((tiff.getShort(at) & 0xffff) == ORIENTATION && tiff.getShort(at + 2) == SHORT) {
        int value = tiff.getShort(at + 8);
        return value >= 1 && value <= VALUES.size() ? VALUES.get(value - 1) : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  /** Returns the image as it is to be shown. */
  Image upright(Image stored) {
    if (equals(UPRIGHT)) {
      return stored;
    }
    int width = transposed ? stored.height() : stored.width();
    int height = transposed ? stored.width() : stored.height();
    float[] pixels = new float[stored.pixels().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = transposed ? y : x;
        int row = transposed ? x : y;
        int fromX = mirrored ? stored.width() - 1 - column : column;
        int fromY = flipped ? stored.height() - 1 - row : row;
        System.arraycopy(
            stored.pixels(), 3 * (fromY * stored.width() + fromX), pixels, 3 * (y * width + x), 3);
      }
    }
    return new Image(width, height, pixels);
  }
}
