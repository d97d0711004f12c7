package io.diffusion4j.onednn.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Memory that is shared by the parts of a program that run one after the other. Not thread-safe.
 */
public final class Pool {
  private final Scope scope;
  private final List<Block> blocks = new ArrayList<>();

  private record Block(Memory memory, long bytes) {}

  /** Creates an empty pool, whose memory is released with a scope. */
  public Pool(Scope scope) {
    this.scope = scope;
  }

  /** The use of the pool by one part. */
  public final class Room {
    private final Set<Block> used = new HashSet<>();
    private final List<Block> ofGradients = new ArrayList<>();
    private boolean isForGradients;

    /** Marks the following allocations as gradients, which may have to be set to 0. */
    public void beginGradients() {
      isForGradients = true;
    }

    /** Allocates memory for this part: the free block that fits best. */
    public Memory take(long bytes) {
      Block best = null;
      for (Block block : blocks) {
        boolean fits = block.bytes >= bytes && block.bytes <= 2 * bytes && !used.contains(block);
        if (fits && (best == null || block.bytes < best.bytes)) {
          best = block;
        }
      }
      if (best == null) {
        best = new Block(new Memory(scope, bytes), bytes);
        blocks.add(best);
      }
      used.add(best);
      if (isForGradients) {
        ofGradients.add(best);
      }
      return best.memory;
    }

    /** Sets the memory of gradients to 0. */
    public void clearGradients() {
      ofGradients.forEach(block -> block.memory.clear());
    }
  }
}
