package io.diffusion4j.nn.train.group;

import java.util.Arrays;

/**
 * Numbers that each belong to one process, as sums: a process adds nothing to those of others.
 *
 * @param sums all numbers
 * @param begin index of this process's first number
 * @param end index after its last number
 */
record OwnNumbers(AllReduce.Buffer sums, int begin, int end) implements AllReduce.Buffer {
  private static final int PIECE = 1 << 16;

  static OwnNumbers of(AllReduce all, int[] counts, Wire wire) {
    int begin = Arrays.stream(counts, 0, all.rank()).sum();
    return new OwnNumbers(
        all.buffer(Arrays.stream(counts).sum(), wire), begin, begin + counts[all.rank()]);
  }

  @Override
  public int count() {
    return sums.count();
  }

  @Override
  public void put(int at, float[] values, int from, int count) {
    int first = Math.max(at, begin);
    int last = Math.min(at + count, end);
    if (first < last) {
      sums.put(first, values, from + first - at, last - first);
    }
  }

  @Override
  public void sum() {
    float[] nothing = Round.nothing(Math.min(PIECE, count()));
    putAll(nothing, 0, begin);
    putAll(nothing, end, count());
    sums.sum();
  }

  private void putAll(float[] nothing, int from, int to) {
    for (int at = from; at < to; at += nothing.length) {
      sums.put(at, nothing, 0, Math.min(nothing.length, to - at));
    }
  }

  @Override
  public void get(int at, float[] into, int from, int count) {
    sums.get(at, into, from, count);
  }

  @Override
  public void close() {
    sums.close();
  }
}
