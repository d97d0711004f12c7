package io.diffusion4j.onednn.core;

import io.diffusion4j.diffusion.denoiser.NativeOutOfMemoryException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Native memory aligned to a cache line, or to a huge page if it is large enough, released with its
 * scope. It does not count towards JavaCPP's limit, which equals the maximum heap size.
 */
public final class Memory {
  /** The alignment that oneDNN's fastest loads need. */
  public static final int ALIGNMENT = 64;

  private static final AtomicLong LIVE = new AtomicLong();

  private final Pointer memory;
  private final long size;
  private final long start;

  /** Allocates memory with any content, which is released with a scope. */
  public Memory(Scope scope, long bytes) {
    boolean large = bytes >= HugePages.BYTES;
    long alignment = large ? HugePages.BYTES : ALIGNMENT;
    size = bytes + alignment;
    memory = Pointer.malloc(size);
    if (memory == null || memory.isNull()) {
      throw new NativeOutOfMemoryException("native memory: none left for " + bytes + " bytes");
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
    memory = new BytePointer(mapped); // it references the buffer, and so keeps the mapping
    size = mapped.remaining();
    start = memory.position();
  }

  /**
   * Wraps the mapped memory of a file, read-only; it is released when nothing references it.
   *
   * @param bytes a direct buffer
   */
  public static Memory mapped(ByteBuffer bytes) {
    return new Memory(bytes);
  }

  /** Returns the memory from an offset on; it is released with the whole. */
  public Memory from(long offset) {
    return new Memory(this, offset);
  }

  /** Returns the bytes that this process currently holds. */
  public static long liveBytes() {
    return LIVE.get();
  }

  /** Returns the address at an offset in bytes. */
  public Pointer at(long offset) {
    return new BytePointer(memory).position(start + offset);
  }

  /** Sets the first of its bytes to 0; the system provides pages only for what is written. */
  public void clear(long bytes) {
    Pointer.memset(at(0), 0, bytes);
  }

  /** Returns a view of float32 values. */
  public FloatBuffer floats(long offset, long count) {
    return bytes(offset, count * Float.BYTES).asFloatBuffer();
  }

  /** Returns fewer than 2³¹ of its bytes, in native byte order. */
  public ByteBuffer bytes(long offset, long count) {
    return new BytePointer(memory)
        .capacity(size)
        .position(start + offset)
        .limit(start + offset + count)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }
}
