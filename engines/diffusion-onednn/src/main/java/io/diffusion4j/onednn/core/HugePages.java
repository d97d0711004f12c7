package io.diffusion4j.onednn.core;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import java.util.Optional;

/**
 * Requests pages of 2 MiB from Linux. A call reads all weights once, sequentially: with small
 * pages, the processor translates an address for every 4 KiB of them.
 */
public final class HugePages {
  public static final long BYTES = 2 << 20;

  private static final int MADV_HUGEPAGE = 14;

  private static final Optional<Function> MADVISE = CLibrary.function("madvise");

  private HugePages() {}

  /** A hint that the system may ignore; the memory works without it. */
  static void wish(long address, long bytes) {
    MADVISE.ifPresent(
        advise -> advise.invokeInt(new Object[] {new Pointer(address), bytes, MADV_HUGEPAGE}));
  }
}
