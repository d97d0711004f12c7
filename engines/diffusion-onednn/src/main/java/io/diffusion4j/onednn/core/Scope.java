package io.diffusion4j.onednn.core;

import java.util.ArrayDeque;
import java.util.Deque;

/** Native resources that are released together, the newest first. Owned by one thread. */
public final class Scope implements AutoCloseable {
  private final Deque<Runnable> releases = new ArrayDeque<>();

  /** Adds an action that runs when the scope is closed, the newest first. */
  public void onClose(Runnable release) {
    releases.push(release);
  }

  @Override
  public void close() {
    while (!releases.isEmpty()) {
      releases.pop().run();
    }
  }
}
