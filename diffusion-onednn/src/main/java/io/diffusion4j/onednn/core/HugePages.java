package io.diffusion4j.onednn.core;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * Asks Linux for pages of 2 MiB. The weights of a call are read once, from one end to the other:
 * with small pages the processor looks up an address for every 4 KiB of them.
 */
public final class HugePages {
  public static final long BYTES = 2 << 20;

  private static final int MADV_HUGEPAGE = 14;

  private static final Function MADVISE = NativeLibrary.getInstance("c").getFunction("madvise");

  private HugePages() {}

  /** A wish, which the system may have been told not to hear; the memory is as good without. */
  static void wish(long address, long bytes) {
    MADVISE.invokeInt(new Object[] {new Pointer(address), bytes, MADV_HUGEPAGE});
  }
}
