package io.diffusion4j.nn.train.group;

import io.diffusion4j.checkpoint.Float16Codec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * A group whose processes are threads of one process: its sums are those of the tree, in memory.
 */
public final class Members implements AllReduce {
  private final Hall hall;
  private final int rank;
  private int buffers;

  /** Where the threads of a group meet. */
  private static final class Hall {
    final int size;
    final CyclicBarrier barrier;
    final Map<String, float[]> memory = new ConcurrentHashMap<>();

    Hall(int size) {
      this.size = size;
      barrier = new CyclicBarrier(size);
    }

    void meet() {
      try {
        barrier.await(60, TimeUnit.SECONDS);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new PeerLostException("a thread is gone", e);
      }
    }
  }

  private Members(Hall hall, int rank) {
    this.hall = hall;
    this.rank = rank;
  }

  /** Runs as many members of a group at once, and returns their results by rank. */
  public static <T> List<T> run(int size, Function<Group, T> member) {
    var hall = new Hall(size);
    var pool = Executors.newFixedThreadPool(size);
    try {
      List<Callable<T>> members = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        var group = Group.of(new Members(hall, i));
        members.add(
            () -> {
              try {
                return member.apply(group);
              } catch (RuntimeException | Error e) {
                hall.barrier.reset();
                throw e;
              }
            });
      }
      List<T> results = new ArrayList<>();
      for (var result : pool.invokeAll(members)) {
        results.add(result.get());
      }
      return results;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } finally {
      pool.shutdownNow();
    }
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return hall.size;
  }

  @Override
  public Buffer buffer(int count, Wire wire) {
    int number = buffers++;
    for (int i = 0; i < hall.size; i++) {
      hall.memory.putIfAbsent(number + "." + i, new float[count]);
    }
    return new Buffer() {
      private float[] own() {
        return of(rank);
      }

      private float[] of(int member) {
        return hall.memory.getOrDefault(number + "." + member, new float[0]);
      }

      @Override
      public int count() {
        return count;
      }

      @Override
      public void put(int at, float[] values, int from, int some) {
        System.arraycopy(values, from, own(), at, some);
      }

      @Override
      public void sum() {
        hall.meet();
        float[] sum = sum(0, hall.size);
        hall.meet();
        System.arraycopy(sum, 0, own(), 0, count);
        hall.meet();
      }

      private float[] sum(int from, int to) {
        if (to - from == 1) {
          return of(from).clone();
        }
        int middle = from + Round.half(to - from);
        float[] sum = sent(sum(from, middle));
        float[] more = sent(sum(middle, to));
        for (int i = 0; i < sum.length; i++) {
          sum[i] += more[i];
        }
        return sum;
      }

      private float[] sent(float[] values) {
        for (int i = 0; wire == Wire.BFLOAT16 && i < values.length; i++) {
          int bits = Float.floatToRawIntBits(values[i]);
          values[i] = Float.intBitsToFloat(Float16Codec.nearestBFloat16(bits));
        }
        return values;
      }

      @Override
      public void get(int at, float[] into, int from, int some) {
        System.arraycopy(own(), at, into, from, some);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {}
}
