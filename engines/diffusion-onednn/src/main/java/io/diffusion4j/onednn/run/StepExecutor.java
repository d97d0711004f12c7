package io.diffusion4j.onednn.run;

import io.diffusion4j.diffusion.argument.Check;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Executes steps by all members of a team. Each member takes parts of a step: first its preferred
 * parts, then any remaining part. So a descheduled member delays the others only if it was in the
 * middle of a part.
 *
 * <p>There are a few hundred steps in a few milliseconds. A member without a part spins, and yields
 * the processor only if others take long.
 */
final class StepExecutor {
  /** The largest number of parts; the state has two bits for each. */
  static final int MAX_PARTS = 16;

  private static final int SPINS = 5_000;
  private static final int PARTS_MASK = (1 << MAX_PARTS) - 1;

  /** Executes a part of a step. */
  @FunctionalInterface
  interface Work {
    void run(int step, int part);
  }

  private final int steps;
  private final int all;
  private final int members;

  /** The number of the step, then a bit for each taken part, then a bit for each finished part. */
  private final AtomicLong state = new AtomicLong();

  private volatile boolean abandoned;

  /**
   * Creates a relay before its first step.
   *
   * @param members number of members; member m prefers the parts p with p mod members = m
   */
  StepExecutor(int steps, int parts, int members) {
    Check.that(parts >= 1 && parts <= MAX_PARTS, "parts", parts, "1 to %s", MAX_PARTS);
    this.steps = steps;
    this.all = (1 << parts) - 1;
    this.members = members;
  }

  /**
   * Takes part until all steps are done or a member has failed.
   *
   * @param member its number, from 0
   */
  @SuppressWarnings("ThreadPriorityCheck") // a wait of microseconds, in which others can run
  void join(int member, Work work) {
    int spins = 0;
    while (!abandoned) {
      long now = state.get();
      int step = (int) (now >>> (2 * MAX_PARTS));
      if (step == steps) {
        return;
      }
      int taken = (int) (now >>> MAX_PARTS) & PARTS_MASK;
      if (taken == all) {
        if (++spins < SPINS) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
        continue;
      }
      int part = part(member, taken);
      if (state.compareAndSet(now, now | (1L << (MAX_PARTS + part)))) {
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

  /**
   * Takes a free part; preferred parts come first, because their data are in the member's caches.
   */
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
    return (next & PARTS_MASK) == all ? ((next >>> (2 * MAX_PARTS)) + 1) << (2 * MAX_PARTS) : next;
  }
}
