package io.diffusion4j.onednn.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;

/** Native resources that are released together, the newest first. Owned by one thread. */
public final class Scope implements AutoCloseable {
  private static final AtomicLong LIVE = new AtomicLong();

  private final Deque<Runnable> releases = new ArrayDeque<>();

  /** Returns the number of resources that this process currently holds. */
  public static long liveResources() {
    return LIVE.get();
  }

  /** Adds an action that runs when the scope is closed, the newest first. */
  public void onClose(Runnable release) {
    releases.push(release);
    LIVE.incrementAndGet();
  }

  @Override
  public void close() {
    while (!releases.isEmpty()) {
      LIVE.decrementAndGet();
      releases.pop().run();
    }
  }
}
