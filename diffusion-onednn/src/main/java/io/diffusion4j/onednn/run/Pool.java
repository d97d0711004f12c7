package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.HugePages;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Scope;

/**
 * Memory for many small objects of equal lifetime, taken from few large blocks, so that they are on
 * huge pages.
 */
final class Pool {
  private static final long PIECE = 4 * HugePages.BYTES;

  private final Scope scope;
  private Memory piece;
  private long used;

  /**
   * Creates an empty pool.
   *
   * @param scope owns the memory
   */
  Pool(Scope scope) {
    this.scope = scope;
    this.piece = new Memory(scope, PIECE);
  }

  /** Allocates this many bytes, aligned to a cache line. */
  Memory take(long bytes) {
    if (bytes > PIECE) {
      return new Memory(scope, bytes);
    }
    if (used + bytes > PIECE) {
      piece = new Memory(scope, PIECE);
      used = 0;
    }
    Memory taken = piece.from(used);
    used += (bytes + Memory.ALIGNMENT - 1) / Memory.ALIGNMENT * Memory.ALIGNMENT;
    return taken;
  }
}
