package io.diffusion4j.clip.embed;

import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.digest.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The file of an unfinished run: a digest of the model and the pictures, then a row of float32 for
 * each picture, which begins with NaN for an unreadable picture. An incomplete last row is computed
 * again. Owned by one thread.
 */
public final class EmbeddingRunFile implements EmbeddingRun.Keeper, AutoCloseable {
  private static final int DIGEST = 32;

  private final Path file;
  private final FileChannel channel;
  private final PictureSet pictures;
  private final int size;
  private long done;

  private EmbeddingRunFile(
      Path file, FileChannel channel, PictureSet pictures, int size, long done) {
    this.file = file;
    this.channel = channel;
    this.pictures = pictures;
    this.size = size;
    this.done = done;
  }

  /**
   * Opens a file, and starts over if it belongs to other pictures or to another model.
   *
   * @param model names the model, such as its folder
   * @param size values of an embedding
   * @throws UncheckedIOException if it cannot be read or written
   */
  public static EmbeddingRunFile open(Path file, String model, int size, PictureSet pictures) {
    byte[] digest = digest(model, size, pictures);
    try {
      var channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        return new EmbeddingRunFile(
            file, channel, pictures, size, resume(channel, digest, size, pictures));
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open " + file + ": " + e.getMessage(), e);
    }
  }

  /** Returns the number of rows, and moves the position behind them. */
  private static long resume(FileChannel channel, byte[] digest, int size, PictureSet pictures)
      throws IOException {
    var begin = ByteBuffer.allocate(DIGEST);
    while (begin.hasRemaining() && channel.read(begin) >= 0) {
      // until it is full or the file is at its end
    }
    long row = (long) size * Float.BYTES;
    if (!Arrays.equals(begin.array(), digest)) {
      channel.truncate(0);
      channel.position(0);
      channel.write(ByteBuffer.wrap(digest));
      return 0;
    }
    long rows = Math.min((channel.size() - DIGEST) / row, pictures.size());
    channel.truncate(DIGEST + rows * row);
    channel.position(DIGEST + rows * row);
    return rows;
  }

  private static byte[] digest(String model, int size, PictureSet pictures) {
    var sha256 = Sha256.start();
    sha256.update((model + '\0' + size + '\0').getBytes(StandardCharsets.UTF_8));
    for (long i = 0; i < pictures.size(); i++) {
      sha256.update((pictures.key(i) + '\0').getBytes(StandardCharsets.UTF_8));
    }
    return sha256.digest();
  }

  @Override
  public long done() {
    return done;
  }

  @Override
  public void add(List<Optional<float[]>> rows) {
    var bytes =
        ByteBuffer.allocate(rows.size() * size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (Optional<float[]> row : rows) {
      float[] values = row.orElseGet(this::none);
      Check.length("embedding", values.length, size);
      for (float value : values) {
        bytes.putFloat(value);
      }
    }
    bytes.flip();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
    done += rows.size();
  }

  private float[] none() {
    float[] none = new float[size];
    Arrays.fill(none, Float.NaN);
    return none;
  }

  /** Returns all embeddings, in the order of the pictures, without those that could not be read. */
  public Embeddings embeddings() {
    var rows = new ArrayList<Optional<float[]>>();
    try (var in = Files.newInputStream(file)) {
      in.skipNBytes(DIGEST);
      for (long i = 0; i < done; i++) {
        float[] row = new float[size];
        var bytes = ByteBuffer.wrap(in.readNBytes(size * Float.BYTES));
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(row);
        rows.add(Float.isNaN(row[0]) ? Optional.empty() : Optional.of(row));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
    return EmbeddingRun.gather(size, pictures, rows);
  }

  /** Deletes the file after the final one has been written. */
  public void delete() {
    try {
      channel.close();
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + file + ": " + e.getMessage(), e);
    }
  }
}
