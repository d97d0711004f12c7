package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Holds a network before each of its answers until the test lets it go on. */
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

  /** How often the network was asked. */
  public int calls() {
    return calls.get();
  }

  /** Waits until the network is asked. */
  public void awaitCall() throws InterruptedException {
    assertThat(arrived.tryAcquire(10, TimeUnit.SECONDS)).as("the network is asked").isTrue();
  }

  /** Lets one answer go. */
  public void step() {
    allowed.release();
  }

  /** Holds nothing any more. */
  public void open() {
    allowed.release(1_000_000);
  }
}
