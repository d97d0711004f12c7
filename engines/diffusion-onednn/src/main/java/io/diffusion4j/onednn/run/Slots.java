package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.ReturnedPages;
import io.diffusion4j.onednn.core.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory of the samples in progress, which a network and its variants use in turn, and the turn
 * itself.
 */
public final class Slots {
  private final Scope scope;
  private final Scope memory = new Scope();
  private final ReentrantLock turn = new ReentrantLock(true);

  // Guarded by the lock.
  private final List<Slot> slots = new ArrayList<>();
  private long bytes = -1;
  private int generation;
  private boolean closed;

  /**
   * Creates slots without memory.
   *
   * @param scope owns all native resources, and is closed with the first program that is closed
   */
  public Slots(Scope scope) {
    this.scope = scope;
    scope.onClose(memory::close);
  }

  /** Waits for the turn of a program, which {@link #release} ends. */
  void acquire() {
    turn.lock();
    if (closed) {
      turn.unlock();
      throw new IllegalStateException("network: closed");
    }
  }

  void release() {
    turn.unlock();
  }

  /**
   * Makes the memory of each sample at least this large. The caller has the turn.
   *
   * @return a number that changes when the memory is replaced by larger memory
   */
  int require(long needed) {
    if (needed > bytes) {
      memory.close();
      slots.clear();
      bytes = needed;
      generation++;
    }
    return generation;
  }

  /**
   * Returns the memory of a sample. The caller has the turn.
   *
   * @param sample the index among the samples that are in progress
   */
  Slot of(int sample) {
    while (slots.size() <= sample) {
      slots.add(new Slot(memory, bytes));
    }
    return slots.get(sample);
  }

  /** Releases everything, once no program runs. */
  void close() {
    turn.lock();
    try {
      if (!closed) {
        closed = true;
        scope.close();
        ReturnedPages.ofReleasedMemory();
      }
    } finally {
      turn.unlock();
    }
  }
}
