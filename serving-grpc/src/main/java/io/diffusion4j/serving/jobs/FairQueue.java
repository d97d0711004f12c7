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
 * A queue that shares the rows fairly between owners. Work is ordered by rank, then by how little
 * its owner was served, then by arrival. An owner is charged the cost of each turn when the turn is
 * taken, so that many or large requests of one owner do not starve other owners.
 *
 * <p>The algorithm is start-time fair queueing (Goyal, Vin and Cheng 1996). It has the fairness of
 * deficit round robin, without a quantum to choose. An idle owner accumulates no credit. Not
 * thread-safe.
 */
final class FairQueue {
  /** The number of owners after which idle owners are forgotten. */
  private static final int MAX_REMEMBERED = 1024;

  private final List<Turn> waiting = new ArrayList<>(); // in order of arrival
  private final Map<String, Double> served = new HashMap<>();
  private double clock;
  private long turns;

  /**
   * A place in the queue.
   *
   * @param work the work that waits
   * @param number the order of arrival
   * @param parked the rows of a batch that was interrupted and waits to continue; null if the work
   *     waits to begin a batch
   */
  record Turn(Work work, long number, @Nullable BatchShare parked) {}

  private Comparator<Turn> order() {
    return Comparator.comparingInt((Turn turn) -> turn.work().rank())
        .reversed()
        .thenComparingDouble(turn -> served(turn.work().owner()))
        .thenComparingLong(Turn::number);
  }

  /** Returns the virtual time of an owner: the charged cost, or the clock for a new owner. */
  double served(String owner) {
    return served.getOrDefault(owner, clock);
  }

  /**
   * Adds work that waits.
   *
   * @param parked the rows of the batch that waits to continue, or null
   * @param active whether its owner has other work that waits or runs
   */
  void add(Work work, @Nullable BatchShare parked, boolean active) {
    if (!active) {
      if (served.size() >= MAX_REMEMBERED) {
        served.values().removeIf(had -> had <= clock);
      }
      served.merge(work.owner(), clock, Math::max);
    }
    waiting.add(new Turn(work, turns++, parked));
  }

  /** Returns the next turn; empty if nothing waits. */
  Optional<Turn> next() {
    return waiting.stream().min(order());
  }

  /** Removes a turn that continues a batch; its owner was charged when the batch began. */
  void resume(Turn turn) {
    waiting.remove(turn);
  }

  /** Removes a turn and charges its owner the cost. */
  void take(Turn turn, double cost) {
    waiting.remove(turn);
    double had = served(turn.work().owner());
    clock = Math.max(clock, had);
    served.put(turn.work().owner(), had + cost);
  }

  /** Removes and returns the turns that match. */
  List<Turn> remove(Predicate<Turn> gone) {
    List<Turn> removed = waiting.stream().filter(gone).toList();
    waiting.removeAll(removed);
    return removed;
  }

  /** Returns all waiting turns in order of arrival. */
  List<Turn> waiting() {
    return List.copyOf(waiting);
  }

  int size() {
    return waiting.size();
  }

  /** Returns the number of waiting turns of an owner. */
  int sizeOf(String owner) {
    return (int) waiting.stream().filter(turn -> turn.work().owner().equals(owner)).count();
  }

  /** Returns the number of turns ahead of this work; 0 if it does not wait. */
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
   * Returns the turns that run before new work: all turns of its owner, and of each other owner as
   * many as cost no more in total.
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
