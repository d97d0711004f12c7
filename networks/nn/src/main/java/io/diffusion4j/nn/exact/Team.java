package io.diffusion4j.nn.exact;

import io.diffusion4j.nn.engine.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The threads of exact networks: the calling thread and daemons that end when they are idle. */
final class Team {
  private static final int SPINS = 1000;

  private final int size;
  private final ReentrantLock turn = new ReentrantLock(true);
  private final ExecutorService others =
      Executors.newCachedThreadPool(
          work -> {
            var thread = new Thread(work, "exact");
            thread.setDaemon(true);
            return thread;
          });

  private Team(int size) {
    this.size = size;
  }

  /** Returns the team of these threads, always the same instance. */
  static Team of(Threads threads) {
    return threads.pool(Team.class, t -> new Team(t.count()));
  }

  int size() {
    return size;
  }

  /**
   * Runs own work on each member; then work of the calling thread, in which the others take part.
   *
   * @param own receives the number of the member
   */
  void run(Products products, IntConsumer own, Consumer<Crew> shared) {
    turn.lock();
    try {
      start(products, own, shared);
    } finally {
      turn.unlock();
    }
  }

  private void start(Products products, IntConsumer own, Consumer<Crew> shared) {
    var relay = new Relay(size);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 1; i < size; i++) {
      int member = i;
      Runnable work =
          () -> {
            relay.guard(() -> own.accept(member));
            relay.serve(member);
          };
      all.add(others.submit(() -> products.perform(work)));
    }
    try {
      products.perform(
          () -> {
            own.accept(0);
            shared.accept(relay);
          });
    } finally {
      relay.over = true;
      all.forEach(Threads::await);
    }
    if (relay.failure != null) {
      throw new IllegalStateException(relay.failure);
    }
  }

  /** Hands parts from the calling thread to the others. */
  private static final class Relay implements Crew {
    private final int size;
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile boolean over;
    private volatile @Nullable Throwable failure;
    private Part part = nothing -> {};

    Relay(int size) {
      this.size = size;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public int member() {
      return 0;
    }

    @Override
    public void each(Part work) {
      part = work;
      left.set(size - 1);
      turn.incrementAndGet();
      try {
        work.run(0);
      } finally {
        for (int spins = 0; left.get() > 0; spins++) {
          idle(spins);
        }
      }
      if (failure != null) {
        throw new IllegalStateException(failure);
      }
    }

    void serve(int member) {
      int served = 0;
      for (int spins = 0; !over; spins++) {
        if (turn.get() == served) {
          idle(spins);
        } else {
          served++;
          spins = 0;
          guard(() -> part.run(member));
          left.decrementAndGet();
        }
      }
    }

    /** Does some work, whose failure the calling thread throws. */
    void guard(Runnable work) {
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        failure = e;
      }
    }

    @SuppressWarnings("ThreadPriorityCheck") // a wait of microseconds, in which others can run
    private static void idle(int spins) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }
}
