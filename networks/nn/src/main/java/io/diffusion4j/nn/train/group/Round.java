package io.diffusion4j.nn.train.group;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A sum over some of the processes, one of the rounds of an {@link AllReduce}.
 *
 * <p>The order of the additions is a binary tree: the processes are halved, the first half being
 * the larger one, until one is left. If both halves have the same size, each process exchanges its
 * sum with one process of the other half, which is recursive doubling. Otherwise all take part, and
 * only the first process of each half contributes. The others put −0, since x + −0 is x for every
 * x. So a round adds two numbers, in either order, and all processes get the same bits.
 *
 * @param members the ranks, in ascending order
 * @param contributors the two members whose sums are added, in ascending order
 * @param key a number that this sum and no other of a step has; the same for all members, from 1
 */
public record Round(List<Integer> members, List<Integer> contributors, int key) {
  /** The neutral element of addition, also for the zeros of both signs. */
  public static final float NOTHING = -0.0f;

  public Round {
    members = List.copyOf(members);
    contributors = List.copyOf(contributors);
  }

  /** Returns summands of a process that has none of its own. */
  public static float[] nothing(int count) {
    float[] values = new float[count];
    Arrays.fill(values, NOTHING);
    return values;
  }

  /** Returns the size of the first half of a sum of this many summands. */
  public static int half(int summands) {
    return (summands + 1) / 2;
  }

  /** Returns the rounds of a process, in their order. */
  public static List<Round> of(int rank, int size) {
    List<Round> rounds = new ArrayList<>();
    add(rounds, rank, 0, size, size);
    return List.copyOf(rounds);
  }

  private static void add(List<Round> rounds, int rank, int from, int to, int size) {
    int count = to - from;
    if (count == 1) {
      return;
    }
    int half = half(count);
    int middle = from + half;
    boolean isFirst = rank < middle;
    add(rounds, rank, isFirst ? from : middle, isFirst ? middle : to, size);
    int key = 1 + middle * size; // each rank but 0 is the middle of one node of the tree
    if (2 * half == count) {
      int place = isFirst ? rank - from : rank - middle;
      List<Integer> pair = List.of(from + place, middle + place);
      rounds.add(new Round(pair, pair, key + place));
    } else {
      var all = IntStream.range(from, to).boxed().toList();
      rounds.add(new Round(all, List.of(from, middle), key));
    }
  }
}
