package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Blocks a network before each of its calls until the test releases it. */
public final class Gate implements Consumer<Object> {
  private final Semaphore arrived = new Semaphore(0);
  private final Semaphore allowed = new Semaphore(0);
  private final AtomicInteger calls = new AtomicInteger();

  @Override
  public void accept(Object query) {
    calls.incrementAndGet();
    arrived.release();
    allowed.acquireUninterruptibly();
  }

  /** The number of calls of the network. */
  public int calls() {
    return calls.get();
  }

  /** Waits for a call of the network. */
  public void awaitCall() throws InterruptedException {
    assertThat(arrived.tryAcquire(10, TimeUnit.SECONDS)).as("the network is asked").isTrue();
  }

  /** Releases one call. */
  public void step() {
    allowed.release();
  }

  /** Releases all calls, also later ones. */
  public void open() {
    allowed.release(1_000_000);
  }
}
