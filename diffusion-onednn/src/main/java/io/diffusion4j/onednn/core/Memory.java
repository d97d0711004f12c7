package io.diffusion4j.onednn.core;

import io.diffusion4j.diffusion.denoiser.NoMemoryException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Native memory at the start of a cache line, or of a huge page if it is as large, released with
 * its scope. It does not count against JavaCPP's limit, which is as much as the heap may be.
 */
public final class Memory {
  /** What oneDNN wants for its fastest loads. */
  public static final int ALIGNMENT = 64;

  private static final AtomicLong LIVE = new AtomicLong();

  private final Pointer memory;
  private final long size;
  private final long start;

  public Memory(Scope scope, long bytes) {
    boolean large = bytes >= HugePages.BYTES;
    long alignment = large ? HugePages.BYTES : ALIGNMENT;
    size = bytes + alignment;
    memory = Pointer.malloc(size);
    if (memory == null || memory.isNull()) {
      throw new NoMemoryException("native memory: none left for " + bytes + " bytes");
    }
    LIVE.addAndGet(size);
    scope.onClose(
        () -> {
          Pointer.free(memory);
          LIVE.addAndGet(-size);
        });
    start = (alignment - memory.address() % alignment) % alignment;
    if (large) {
      HugePages.wish(memory.address() + start, bytes);
    }
  }

  private Memory(Memory whole, long offset) {
    memory = whole.memory;
    size = whole.size;
    start = whole.start + offset;
  }

  private Memory(ByteBuffer mapped) {
    memory = new BytePointer(mapped); // which keeps the buffer, and so the mapping
    size = mapped.remaining();
    start = memory.position();
  }

  /**
   * Memory of a file, to be read only; it is released when nothing refers to it.
   *
   * @param bytes direct
   */
  public static Memory mapped(ByteBuffer bytes) {
    return new Memory(bytes);
  }

  /** What begins there; it is released with the whole. */
  public Memory from(long offset) {
    return new Memory(this, offset);
  }

  /** Bytes that are held now, by all of this process. */
  public static long liveBytes() {
    return LIVE.get();
  }

  public Pointer at(long offset) {
    return new BytePointer(memory).position(start + offset);
  }

  /** Sets everything to 0. */
  public void clear() {
    Pointer.memset(memory, 0, size);
  }

  public FloatBuffer floats(long offset, long count) {
    return bytes(offset, count * Float.BYTES).asFloatBuffer();
  }

  /** Fewer than 2³¹ of its bytes, in the order of the machine. */
  public ByteBuffer bytes(long offset, long count) {
    return new BytePointer(memory)
        .capacity(size)
        .position(start + offset)
        .limit(start + offset + count)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }
}
