package io.diffusion4j.emoji.art;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import io.diffusion4j.diffusion.digest.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * A file of sprites with the key of its inputs and the digest of its content, so that a stale,
 * truncated or altered file is detected.
 *
 * <p>Layout: 8 bytes of magic, SHA-256 of the key, SHA-256 of the rest; then, deflated, the number
 * of sprites and for each its width, height and pixels, as big-endian 32-bit integers.
 *
 * @param key everything that the pixels depend on, as text
 */
record SpriteFile(Path path, String key) {
  private static final byte[] MAGIC = "D4JSPRT1".getBytes(UTF_8);
  private static final int DIGEST = 32;

  /** Returns the file of a key in a folder; each key has its own file. */
  static SpriteFile in(Path folder, String prefix, String key) {
    String hash = HexFormat.of().formatHex(Sha256.of(key.getBytes(UTF_8)), 0, 8);
    return new SpriteFile(folder.resolve(prefix + "-" + hash + ".sprites"), key);
  }

  /**
   * Reads all sprites.
   *
   * @throws IOException if the file cannot be read, or is damaged
   */
  List<Sprite> read() throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    int header = MAGIC.length + 2 * DIGEST;
    if (bytes.length < header || !Arrays.equals(header(bytes), 0, header, bytes, 0, header)) {
      throw new IOException(
          path + ": damaged or of another origin (expected: sprites of this key)");
    }
    var body = new ByteArrayInputStream(bytes, header, bytes.length - header);
    try (var in =
        new DataInputStream(new BufferedInputStream(new InflaterInputStream(body), 1 << 16))) {
      int count = in.readInt();
      List<Sprite> sprites = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        int width = in.readInt();
        int height = in.readInt();
        byte[] row = in.readNBytes(4 * width * height);
        int[] pixels = new int[width * height];
        ByteBuffer.wrap(row).asIntBuffer().get(pixels);
        sprites.add(new Sprite(width, height, pixels));
      }
      return sprites;
    }
  }

  /** Writes all sprites atomically. */
  void write(List<Sprite> sprites) throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[MAGIC.length + 2 * DIGEST]);
    var deflater = new Deflater(Deflater.BEST_SPEED);
    try (var out =
        new DataOutputStream(
            new BufferedOutputStream(new DeflaterOutputStream(bytes, deflater), 1 << 16))) {
      out.writeInt(sprites.size());
      for (Sprite sprite : sprites) {
        out.writeInt(sprite.width());
        out.writeInt(sprite.height());
        ByteBuffer pixels = ByteBuffer.allocate(4 * sprite.width() * sprite.height());
        pixels.asIntBuffer().put(sprite.pixels());
        out.write(pixels.array());
      }
    } finally {
      deflater.end();
    }
    byte[] file = bytes.toByteArray();
    byte[] header = header(file);
    System.arraycopy(header, 0, file, 0, header.length);
    Files.createDirectories(path.toAbsolutePath().getParent());
    Path part = Files.createTempFile(path.toAbsolutePath().getParent(), "sprites", ".part");
    try {
      Files.write(part, file);
      Files.move(part, path, ATOMIC_MOVE, REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Returns the header of a file with this content. */
  private byte[] header(byte[] file) {
    int start = MAGIC.length + 2 * DIGEST;
    MessageDigest body = Sha256.start();
    body.update(file, start, file.length - start);
    return ByteBuffer.allocate(start)
        .put(MAGIC)
        .put(Sha256.of(key.getBytes(UTF_8)))
        .put(body.digest())
        .array();
  }
}
