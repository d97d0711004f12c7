package io.diffusion4j.serving.jobs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The order in which work has its turns: the higher rank first, then whose owner was served the
 * least, then who came first. An owner is charged the cost of each turn when it is taken, so that
 * many or large requests of one do not keep out those of another.
 *
 * <p>That is start-time fair queueing (Goyal, Vin and Cheng 1996): what deficit round robin gives,
 * without a quantum to choose. A principal that was idle does not accumulate a claim. Not
 * thread-safe.
 */
final class FairQueue {
  /** The limit of owners without work that are remembered. */
  private static final int MOST_REMEMBERED = 1024;

  private final List<Turn> waiting = new ArrayList<>(); // as they came
  private final Map<String, Double> served = new HashMap<>();
  private double clock;
  private long turns;

  /**
   * A place in the queue.
   *
   * @param parked the rows that the work gave back in the middle, for which it waits to go on; null
   *     if it waits to begin a batch
   */
  record Turn(Work work, long number, @Nullable Share parked) {}

  private Comparator<Turn> order() {
    return Comparator.comparingInt((Turn turn) -> turn.work().rank())
        .reversed()
        .thenComparingDouble(turn -> served(turn.work().owner()))
        .thenComparingLong(Turn::number);
  }

  /** How much an owner has had, against the others. */
  double served(String owner) {
    return served.getOrDefault(owner, clock);
  }

  /**
   * Adds work that waits.
   *
   * @param active whether its owner has other work, waiting or not
   */
  void add(Work work, @Nullable Share parked, boolean active) {
    if (!active) {
      if (served.size() >= MOST_REMEMBERED) {
        served.values().removeIf(had -> had <= clock);
      }
      served.merge(work.owner(), clock, Math::max);
    }
    waiting.add(new Turn(work, turns++, parked));
  }

  /** Who is next. */
  Optional<Turn> next() {
    return waiting.stream().min(order());
  }

  /** Takes out a turn that goes on, and was charged when it began. */
  void resume(Turn turn) {
    waiting.remove(turn);
  }

  /** Takes out a turn, whose owner is charged. */
  void take(Turn turn, double cost) {
    waiting.remove(turn);
    double had = served(turn.work().owner());
    clock = Math.max(clock, had);
    served.put(turn.work().owner(), had + cost);
  }

  /** Takes out work that is not to go on; returns the places it had. */
  List<Turn> remove(Predicate<Turn> gone) {
    List<Turn> removed = waiting.stream().filter(gone).toList();
    waiting.removeAll(removed);
    return removed;
  }

  /** All that waits, the first to come first. */
  List<Turn> waiting() {
    return List.copyOf(waiting);
  }

  int size() {
    return waiting.size();
  }

  /** How many of an owner wait. */
  int sizeOf(String owner) {
    return (int) waiting.stream().filter(turn -> turn.work().owner().equals(owner)).count();
  }

  /** How many turns are before this one's first, as things are now. */
  int ahead(Work work) {
    Comparator<Turn> order = order();
    return waiting.stream()
        .filter(turn -> turn.work() == work)
        .findFirst()
        .map(own -> waiting.stream().filter(turn -> order.compare(turn, own) < 0).count())
        .orElse(0L)
        .intValue();
  }

  /**
   * The turns that are taken before a new one: all of its owner, and of each other owner as many as
   * cost no more.
   */
  List<Turn> before(Work work, double cost) {
    List<Turn> before = new ArrayList<>();
    Map<String, Double> costs = new HashMap<>();
    double own =
        cost
            + waiting.stream()
                .map(Turn::work)
                .filter(other -> other.owner().equals(work.owner()))
                .mapToDouble(other -> other.cost(other.mostAtOnce()))
                .sum();
    for (Turn turn : waiting) {
      Work other = turn.work();
      double sum = costs.merge(other.owner(), other.cost(1), Double::sum);
      if (other.rank() > work.rank()
          || (other.rank() == work.rank() && (other.owner().equals(work.owner()) || sum <= own))) {
        before.add(turn);
      }
    }
    return before;
  }
}
