package io.diffusion4j.serving.request;

import io.diffusion4j.serving.errors.Errors;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;

/**
 * Bounds the memory that images of clients take while they are decoded: a small file can be a large
 * image. Memory is set aside by the size in the file's header, and waited for while others have it.
 * Thread-safe.
 */
public final class DecodingMemory {
  /** That of this process, a third of its heap. */
  public static final DecodingMemory SHARED =
      new DecodingMemory(Runtime.getRuntime().maxMemory() / 3);

  /** What a decoder has, up to two bytes for each of four channels, and three floats. */
  private static final int BYTES_PER_PIXEL = 20;

  /** Semaphores count by int. */
  private static final int UNIT = 1 << 10;

  private final int most;
  private final Semaphore free;

  DecodingMemory(long bytes) {
    most = (int) Math.min(Integer.MAX_VALUE, bytes / UNIT);
    free = new Semaphore(most, true);
  }

  /** The use of a decoded image. */
  @FunctionalInterface
  public interface Decoding<T> {
    T decode() throws IOException;
  }

  /**
   * Decodes an image as soon as there is memory for it. No decoding within another.
   *
   * @throws io.grpc.StatusRuntimeException if there will never be as much
   * @throws CancellationException if the thread is interrupted
   */
  public <T> T during(long pixels, Decoding<T> work) throws IOException {
    long units = (pixels * BYTES_PER_PIXEL + UNIT - 1) / UNIT;
    if (units > most) {
      throw Errors.imageTooLarge(pixels, (long) most * UNIT / BYTES_PER_PIXEL);
    }
    try {
      free.acquire((int) units);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
    try {
      return work.decode();
    } finally {
      free.release((int) units);
    }
  }
}
