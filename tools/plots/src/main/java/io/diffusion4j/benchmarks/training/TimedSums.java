package io.diffusion4j.benchmarks.training;

import io.diffusion4j.nn.train.group.AllReduce;
import io.diffusion4j.nn.train.group.Wire;

/** Sums, and the time that they take. */
final class TimedSums implements AllReduce {
  private final AllReduce sums;
  private long nanos;

  TimedSums(AllReduce sums) {
    this.sums = sums;
  }

  /** Returns the milliseconds spent in sums since the last call. */
  double takeMillis() {
    double millis = nanos / 1e6;
    nanos = 0;
    return millis;
  }

  @Override
  public int rank() {
    return sums.rank();
  }

  @Override
  public int size() {
    return sums.size();
  }

  @Override
  public Buffer buffer(int count, Wire wire) {
    return timed(sums.buffer(count, wire));
  }

  @Override
  public Buffer reduced(int[] counts, Wire wire) {
    return timed(sums.reduced(counts, wire));
  }

  @Override
  public Buffer gathered(int[] counts, Wire wire) {
    return timed(sums.gathered(counts, wire));
  }

  private Buffer timed(Buffer buffer) {
    return new Buffer() {
      @Override
      public int count() {
        return buffer.count();
      }

      @Override
      public void put(int at, float[] values, int from, int some) {
        buffer.put(at, values, from, some);
      }

      @Override
      public void sum() {
        long begin = System.nanoTime();
        buffer.sum();
        nanos += System.nanoTime() - begin;
      }

      @Override
      public void get(int at, float[] into, int from, int some) {
        buffer.get(at, into, from, some);
      }

      @Override
      public void close() {
        buffer.close();
      }
    };
  }

  @Override
  public void close() {
    sums.close();
  }
}
