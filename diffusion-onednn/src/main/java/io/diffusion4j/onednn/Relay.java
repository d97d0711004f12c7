package io.diffusion4j.onednn;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Steps that the members of a team do together. Each part of a step is taken by a member: its own,
 * if nobody has it yet, then any that is left. So one that the system let wait holds up nobody,
 * unless it was amidst its part.
 *
 * <p>There are some hundred steps in a few milliseconds. Who finds nothing to take spins, and lets
 * the processor go only when others take long.
 */
final class Relay {
  /** The most parts. */
  static final int MOST_PARTS = 8;

  private static final int SPINS = 5_000;
  private static final int PARTS_MASK = 0xff;

  /** Does a part of a step. */
  @FunctionalInterface
  interface Work {
    void run(int step, int part);
  }

  private final int steps;
  private final int all;

  /** The step, then a bit for each part that is taken, then one for each that is done. */
  private final AtomicLong state = new AtomicLong();

  private volatile boolean abandoned;

  Relay(int steps, int parts) {
    if (parts < 1 || parts > MOST_PARTS) {
      throw new IllegalArgumentException(
          "parts: " + parts + " (expected: 1 to " + MOST_PARTS + ")");
    }
    this.steps = steps;
    this.all = (1 << parts) - 1;
  }

  /**
   * Takes part until all steps are done or a member has failed.
   *
   * @param member which part it likes best
   */
  @SuppressWarnings("ThreadPriorityCheck") // a wait of microseconds, in which others may work
  void join(int member, Work work) {
    int spins = 0;
    while (!abandoned) {
      long now = state.get();
      int step = (int) (now >>> 16);
      if (step == steps) {
        return;
      }
      int taken = (int) (now >>> 8) & PARTS_MASK;
      if (taken == all) {
        if (++spins < SPINS) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
        continue;
      }
      int own = 1 << member;
      int part = (taken & own) == 0 ? member : Integer.numberOfTrailingZeros(~taken);
      if (state.compareAndSet(now, now | (1L << (8 + part)))) {
        try {
          work.run(step, part);
        } catch (RuntimeException | Error e) {
          abandoned = true;
          throw e;
        }
        state.updateAndGet(s -> done(s, part));
        spins = 0;
      }
    }
  }

  private long done(long state, int part) {
    long next = state | (1L << part);
    return (next & PARTS_MASK) == all ? ((next >>> 16) + 1) << 16 : next;
  }
}
