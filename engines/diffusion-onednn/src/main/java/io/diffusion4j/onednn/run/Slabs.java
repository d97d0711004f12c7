package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.HugePages;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Scope;

/**
 * Memory for many small objects of equal lifetime, taken from a few large slabs, so that they are
 * on huge pages.
 */
final class Slabs {
  private static final long SLAB = 4 * HugePages.BYTES;

  private final Scope scope;
  private Memory slab;
  private long used;

  /**
   * Allocates the first slab.
   *
   * @param scope owns the memory
   */
  Slabs(Scope scope) {
    this.scope = scope;
    this.slab = new Memory(scope, SLAB);
  }

  /** Allocates this many bytes, aligned to a cache line. */
  Memory take(long bytes) {
    if (bytes > SLAB) {
      return new Memory(scope, bytes);
    }
    if (used + bytes > SLAB) {
      slab = new Memory(scope, SLAB);
      used = 0;
    }
    Memory taken = slab.from(used);
    used += (bytes + Memory.ALIGNMENT - 1) / Memory.ALIGNMENT * Memory.ALIGNMENT;
    return taken;
  }
}
