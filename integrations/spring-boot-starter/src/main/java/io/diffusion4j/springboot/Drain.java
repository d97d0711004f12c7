package io.diffusion4j.springboot;

import io.diffusion4j.local.LocalGeneration;
import org.springframework.context.SmartLifecycle;

/**
 * Drains the service when an application stops: after web servers, which stop in higher phases, and
 * before beans are destroyed. A stopped service does not start again.
 */
final class Drain implements SmartLifecycle {
  private final LocalGeneration generation;
  private volatile boolean running;

  Drain(LocalGeneration generation) {
    this.generation = generation;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    generation.drain();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Returns the phase of most beans; lower than the phases of web servers. */
  @Override
  public int getPhase() {
    return 0;
  }
}
