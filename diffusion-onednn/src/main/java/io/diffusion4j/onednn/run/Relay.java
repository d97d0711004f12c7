package io.diffusion4j.onednn.run;

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
  /** The most parts, and as many bits of the state for each of two things. */
  static final int MOST_PARTS = 16;

  private static final int SPINS = 5_000;
  private static final int PARTS_MASK = (1 << MOST_PARTS) - 1;

  /** Does a part of a step. */
  @FunctionalInterface
  interface Work {
    void run(int step, int part);
  }

  private final int steps;
  private final int all;
  private final int members;

  /** The step, then a bit for each part that is taken, then one for each that is done. */
  private final AtomicLong state = new AtomicLong();

  private volatile boolean abandoned;

  /**
   * Steps of which none is done.
   *
   * @param members who take part; parts of a number that is theirs by modulus they like best
   */
  Relay(int steps, int parts, int members) {
    if (parts < 1 || parts > MOST_PARTS) {
      throw new IllegalArgumentException(
          "parts: " + parts + " (expected: 1 to " + MOST_PARTS + ")");
    }
    this.steps = steps;
    this.all = (1 << parts) - 1;
    this.members = members;
  }

  /**
   * Takes part until all steps are done or a member has failed.
   *
   * @param member who it is, from 0
   */
  @SuppressWarnings("ThreadPriorityCheck") // a wait of microseconds, in which others may work
  void join(int member, Work work) {
    int spins = 0;
    while (!abandoned) {
      long now = state.get();
      int step = (int) (now >>> (2 * MOST_PARTS));
      if (step == steps) {
        return;
      }
      int taken = (int) (now >>> MOST_PARTS) & PARTS_MASK;
      if (taken == all) {
        if (++spins < SPINS) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
        continue;
      }
      int part = part(member, taken);
      if (state.compareAndSet(now, now | (1L << (MOST_PARTS + part)))) {
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

  /** One that nobody took: what it worked on before is in its caches. */
  private int part(int member, int taken) {
    for (int part = member; 1 << part <= all; part += members) {
      if ((taken & 1 << part) == 0) {
        return part;
      }
    }
    return Integer.numberOfTrailingZeros(~taken);
  }

  private long done(long state, int part) {
    long next = state | (1L << part);
    return (next & PARTS_MASK) == all
        ? ((next >>> (2 * MOST_PARTS)) + 1) << (2 * MOST_PARTS)
        : next;
  }
}
