package io.diffusion4j.nn.exact;

import io.diffusion4j.nn.engine.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The threads of exact networks: the calling thread and daemons that end when they are idle. */
final class Team {
  /** A wait of some microseconds, which is shorter than to sleep and be woken. */
  private static final int SPINS = 200;

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

  /** The work on a row of a batch. */
  @FunctionalInterface
  interface Row {
    /**
     * Does the work.
     *
     * @param crew the threads that share it
     */
    void run(int row, Crew crew);
  }

  /** Works on rows: as many on each member alone, then the members together on each of the rest. */
  void run(Products products, int rows, Row work) {
    turn.lock();
    try {
      start(products, rows, work);
    } finally {
      turn.unlock();
    }
  }

  private void start(Products products, int rows, Row work) {
    int alone = rows / size * size;
    IntConsumer own =
        member -> {
          for (int row = member; row < alone; row += size) {
            work.run(row, Crew.alone(member));
          }
        };
    var relay = new Relay(size);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 1; i < size; i++) {
      int member = i;
      Runnable serving =
          () -> {
            relay.guard(() -> own.accept(member));
            relay.serve();
          };
      all.add(others.submit(() -> products.perform(serving)));
    }
    try {
      products.perform(
          () -> {
            own.accept(0);
            if (alone > 0) {
              relay.awaitOthers();
            }
            for (int row = alone; row < rows; row++) {
              work.run(row, relay);
            }
          });
    } finally {
      relay.end();
      all.forEach(Threads::await);
    }
    if (relay.failure != null) {
      throw new IllegalStateException(relay.failure);
    }
  }

  /**
   * Offers parts of the calling thread's work, which the others and the calling thread itself take
   * as they are free: it does not wait for a thread that the processor does not run.
   */
  private static final class Relay implements Crew {
    private final int size;
    private final Thread caller = Thread.currentThread();
    private final Queue<Thread> helpers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger next;
    private final AtomicInteger left = new AtomicInteger();
    private volatile boolean over;
    private volatile @Nullable Throwable failure;
    private Part part = nothing -> {};

    Relay(int size) {
      this.size = size;
      this.next = new AtomicInteger(size); // nothing is offered
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
      left.set(size);
      next.set(0);
      helpers.forEach(LockSupport::unpark);
      try {
        takeAll();
      } finally {
        await(() -> left.get() == 0);
      }
      if (failure != null) {
        throw new IllegalStateException(failure);
      }
    }

    /** Returns when the others have done their own work: parts use the memory of a member. */
    void awaitOthers() {
      await(() -> helpers.size() == size - 1);
    }

    /** Takes parts until the end. */
    void serve() {
      helpers.add(Thread.currentThread());
      LockSupport.unpark(caller);
      while (!over) {
        guard(this::takeAll);
        await(() -> over || next.get() < size);
      }
    }

    void end() {
      over = true;
      helpers.forEach(LockSupport::unpark);
    }

    private void takeAll() {
      while (next.get() < size) {
        int own = next.getAndIncrement();
        if (own < size) {
          try {
            part.run(own);
          } finally {
            if (left.decrementAndGet() == 0) {
              LockSupport.unpark(caller);
            }
          }
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

    private void await(BooleanSupplier condition) {
      for (int spins = 0; !condition.getAsBoolean(); spins++) {
        if (spins < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
    }
  }
}
