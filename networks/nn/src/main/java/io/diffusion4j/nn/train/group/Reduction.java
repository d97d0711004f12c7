package io.diffusion4j.nn.train.group;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a process does in a sum that one process needs. It receives the sums of some others, adds
 * them to its own, and sends the result to another one. The additions are those of the tree of
 * {@link Round}, so the sum has the same bits. For each of several sums with different receivers, a
 * process sends its summand or a sum once, however many processes there are.
 *
 * @param from the ranks to receive from, in the order of the additions
 * @param to the rank to send to; empty in the process that needs the sum
 */
public record Reduction(List<Integer> from, OptionalInt to) {
  public Reduction {
    from = List.copyOf(from);
  }

  /**
   * Returns the part of a process.
   *
   * @param rank the process
   * @param size the number of processes
   * @param target the rank of the process that needs the sum
   */
  public static Reduction of(int rank, int size, int target) {
    List<Integer> from = new ArrayList<>();
    var to = add(from, rank, 0, size, target);
    return new Reduction(from, to);
  }

  /** Adds what happens in a subtree whose sum one of its processes needs. */
  private static OptionalInt add(List<Integer> from, int rank, int begin, int end, int target) {
    int count = end - begin;
    if (count == 1) {
      return OptionalInt.empty();
    }
    int half = Round.half(count);
    int middle = begin + half;
    boolean isFirst = target < middle;
    int other = isFirst ? Math.min(target + half, end - 1) : target - half;
    boolean isWithTarget = rank < middle == isFirst;
    int needs = isWithTarget ? target : other;
    var to =
        rank < middle ? add(from, rank, begin, middle, needs) : add(from, rank, middle, end, needs);
    if (rank == target) {
      from.add(other);
    }
    return rank == other ? OptionalInt.of(target) : to;
  }
}
