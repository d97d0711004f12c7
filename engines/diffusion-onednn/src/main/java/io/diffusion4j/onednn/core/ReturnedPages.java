package io.diffusion4j.onednn.core;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;

/**
 * Pages that a process returns to Linux early: those of a mapped file that has been read, and those
 * of released memory. Hints that change no content; other systems ignore them.
 */
public final class ReturnedPages {
  private static final int MADV_DONTNEED = 4;
  private static final long PAGE = 4096;

  private static final Optional<Function> MADVISE = CLibrary.function("madvise");

  /** Only glibc has this function. */
  private static final Optional<Function> MALLOC_TRIM = CLibrary.function("malloc_trim");

  private ReturnedPages() {}

  /**
   * Returns the pages of bytes that are mapped from a file. They stay in the page cache, and are
   * mapped again when they are read.
   *
   * @param mapped bytes of a file; nothing happens unless they are direct and read-only
   */
  public static void ofFile(ByteBuffer mapped) {
    if (!mapped.isDirect() || !mapped.isReadOnly()) {
      return;
    }
    var bytes = new BytePointer(mapped);
    long begin = bytes.address() + bytes.position();
    long first = (begin + PAGE - 1) / PAGE * PAGE;
    long last = (begin + mapped.remaining()) / PAGE * PAGE;
    if (last > first) {
      MADVISE.ifPresent(
          advise ->
              advise.invokeInt(new Object[] {new Pointer(first), last - first, MADV_DONTNEED}));
    }
  }

  /**
   * Returns the pages of released memory. The allocator keeps released blocks for later
   * allocations, once it has released large ones.
   */
  public static void ofReleasedMemory() {
    MALLOC_TRIM.ifPresent(trim -> trim.invokeInt(new Object[] {0L}));
  }
}
