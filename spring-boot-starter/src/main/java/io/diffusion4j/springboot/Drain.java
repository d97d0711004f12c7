package io.diffusion4j.springboot;

import io.diffusion4j.local.LocalGeneration;
import org.springframework.context.SmartLifecycle;

/**
 * The end of a service in the phases of an application: after web servers, which end in later
 * phases, and before beans are destroyed. A service that ended does not begin again.
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

  /** That of most beans; lower than those of web servers. */
  @Override
  public int getPhase() {
    return 0;
  }
}
