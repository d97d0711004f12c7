package io.diffusion4j.onednn.train;

import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Memory that the segments of a tape use one after the other. */
final class Pool {
  private final Scope scope;
  private final List<Block> blocks = new ArrayList<>();

  private record Block(Memory memory, long bytes) {}

  Pool(Scope scope) {
    this.scope = scope;
  }

  /** What one segment uses of the pool. */
  final class Room {
    private final Set<Block> used = new HashSet<>();
    private final List<Block> ofGradients = new ArrayList<>();
    private boolean isForGradients;

    /** What is taken from now on is for gradients, parts of which may have to be 0. */
    void beginGradients() {
      isForGradients = true;
    }

    /** Memory that nothing else of this segment has: the block that fits best. */
    Memory take(long bytes) {
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
    void clearGradients() {
      ofGradients.forEach(block -> block.memory.clear());
    }
  }
}
