package io.diffusion4j.serving.request;

import io.diffusion4j.serving.errors.Errors;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;

/**
 * A memory limit for decoding images of clients, since a small file can contain a large image.
 * Memory is reserved by the size in the file's header; a thread blocks while other threads hold it.
 * Thread-safe.
 */
public final class DecodingMemory {
  /** The limit of this process: a third of its largest heap. */
  public static final DecodingMemory SHARED =
      new DecodingMemory(Runtime.getRuntime().maxMemory() / 3);

  /** The largest need per pixel: two bytes for each of four channels, and three floats. */
  private static final int BYTES_PER_PIXEL = 20;

  /** The unit of reservations in bytes, since semaphores count by int. */
  private static final int UNIT = 1 << 10;

  private final int most;
  private final Semaphore free;

  DecodingMemory(long bytes) {
    most = (int) Math.min(Integer.MAX_VALUE, bytes / UNIT);
    free = new Semaphore(most, true);
  }

  /** Work that decodes and uses an image. */
  @FunctionalInterface
  public interface Decoding<T> {
    /** Decodes the image and returns the result of its use. */
    T decode() throws IOException;
  }

  /**
   * Decodes an image once memory for it is free. Do not nest calls: nested calls can deadlock.
   *
   * @param pixels the number of pixels in the file's header
   * @param work decodes the image
   * @throws IOException if the work throws it
   * @throws io.grpc.StatusRuntimeException if the image needs more than the whole limit
   * @throws CancellationException if the thread is interrupted
   */
  public <T> T during(long pixels, Decoding<T> work) throws IOException {
    long units = (pixels * BYTES_PER_PIXEL + UNIT - 1) / UNIT;
    if (units > most) {
      throw Errors.OUT_OF_MEMORY.error(pixels, (long) most * UNIT / BYTES_PER_PIXEL);
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
