package io.diffusion4j.onednn.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Memory that parts of a program use one after the other. Not thread-safe. */
public final class Pool {
  private final Scope scope;
  private final List<Block> blocks = new ArrayList<>();

  private record Block(Memory memory, long bytes) {}

  /** An empty pool, whose memory is released with a scope. */
  public Pool(Scope scope) {
    this.scope = scope;
  }

  /** What one part uses of the pool. */
  public final class Room {
    private final Set<Block> used = new HashSet<>();
    private final List<Block> ofGradients = new ArrayList<>();
    private boolean isForGradients;

    /** What is taken from now on is for gradients, parts of which may have to be 0. */
    public void beginGradients() {
      isForGradients = true;
    }

    /** Memory that nothing else of this part has: the block that fits best. */
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

    /** Sets what gradients use to 0. */
    public void clearGradients() {
      ofGradients.forEach(block -> block.memory.clear());
    }
  }
}
