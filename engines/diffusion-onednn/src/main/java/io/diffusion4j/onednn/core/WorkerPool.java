package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;

import io.diffusion4j.nn.engine.Threads;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * The threads that run programs. Networks that are compiled for the same {@link Threads} share a
 * team: one program at a time has all of its threads, and callers take turns. They are daemons.
 *
 * <p>The calling thread takes the share of the first member, so that it is neither put to sleep nor
 * woken: a call may take a few milliseconds, and waking a thread some fifty microseconds.
 */
public final class WorkerPool {
  /** The largest number of members that share a step. */
  private static final int MAX = 8;

  /** The interval at which an idle thread checks that its team is still in use. */
  private static final long IDLE_SECONDS = 10;

  /** Executes the share of one member. */
  @FunctionalInterface
  public interface Work {
    void run(int member, dnnl_stream stream);
  }

  private final List<Member> members = new ArrayList<>();
  private final ReentrantLock turn = new ReentrantLock(true);
  private final AtomicInteger next = new AtomicInteger();

  WorkerPool(int size) {
    for (int i = 0; i < size; i++) {
      members.add(new Member(i, new WeakReference<>(this)));
    }
  }

  /** Returns the team of these threads, always the same instance. */
  public static WorkerPool of(Threads threads) {
    return threads.pool(WorkerPool.class, t -> new WorkerPool(Math.min(MAX, t.count())));
  }

  /** Returns the number of threads. */
  public int size() {
    return members.size();
  }

  /**
   * Runs the share of every member, that of the first one in the calling thread, and returns when
   * all have finished. Throws the exception of a failed member.
   */
  public void run(Work work) {
    turn.lock();
    try {
      var tasks = members.stream().map(member -> member.share(work)).toList();
      for (int i = 1; i < tasks.size(); i++) {
        members.get(i).tasks.add(tasks.get(i));
      }
      Natives.get().alone(tasks.get(0));
      Optional<RuntimeException> failure = Optional.empty();
      for (var task : tasks) {
        try {
          Threads.await(task);
        } catch (RuntimeException e) {
          failure = failure.or(() -> Optional.of(e));
        }
      }
      failure.ifPresent(
          e -> {
            throw e;
          });
    } finally {
      turn.unlock();
    }
  }

  /** Runs a computation on a single member; several computations, on different members. */
  public <T> T call(Callable<T> work) {
    int member = Math.floorMod(next.getAndIncrement(), members.size());
    var task = new FutureTask<>(work);
    members.get(member).tasks.add(task);
    return Threads.await(task);
  }

  /** A thread with its stream; it ends some time after its team is garbage. */
  private static final class Member {
    final int number;
    final dnnl_stream stream = new dnnl_stream();
    private final WeakReference<WorkerPool> team;
    final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

    Member(int number, WeakReference<WorkerPool> team) {
      this.number = number;
      this.team = team;
      Dnnl.check(
          dnnl_stream_create(stream, Natives.get().engine(), dnnl_stream_default_flags), "stream");
      var thread = new Thread(this::work, "onednn-" + number);
      thread.setDaemon(true);
      thread.start();
    }

    FutureTask<Void> share(Work work) {
      return new FutureTask<>(() -> work.run(number, stream), null);
    }

    private void work() {
      Natives.get().workAlone();
      boolean needed = true;
      while (needed) {
        try {
          var task = tasks.poll(IDLE_SECONDS, TimeUnit.SECONDS);
          if (task != null) {
            task.run();
          }
          needed = task != null || team.get() != null;
        } catch (InterruptedException e) {
          // No other code has a reference to interrupt this thread.
        }
      }
      dnnl_stream_destroy(stream);
    }
  }
}
