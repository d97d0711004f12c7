package io.diffusion4j.distributed;

import io.diffusion4j.nn.train.group.Reduction;
import io.diffusion4j.nn.train.group.Round;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.internal.c_api.TFE_TensorHandle;

/**
 * The names of a process's collectives. All processes ask for the same names in the same order.
 *
 * <p>Owned by one thread; the names and {@link #eager} may be used by several.
 */
final class Exchanges {
  private final Eager eager;
  private final int rank;
  private final int size;
  private final List<Round> rounds;
  private final Map<Integer, TFE_TensorHandle> scalars = new HashMap<>();
  private final Map<Integer, TFE_TensorHandle> shapes = new HashMap<>();
  private int instances;

  Exchanges(Eager eager, int rank, int size) {
    this.eager = eager;
    this.rank = rank;
    this.size = size;
    rounds = Round.of(rank, size);
  }

  Eager eager() {
    return eager;
  }

  /** Returns the rounds of this process's sums. */
  List<Round> rounds() {
    return rounds;
  }

  /** Whether this process contributes to a round. */
  boolean contributes(Round round) {
    return round.contributors().contains(rank);
  }

  /** Whether this process is a contributor of a round. */
  boolean is(Round round, int contributor) {
    return round.contributors().get(contributor) == rank;
  }

  private TFE_TensorHandle scalar(int value) {
    return scalars.computeIfAbsent(value, eager::scalar);
  }

  /** Returns the shape of a vector as an operand. */
  TFE_TensorHandle shape(int count) {
    return shapes.computeIfAbsent(count, eager::shape);
  }

  /** Returns a name for numbers that no other numbers have. */
  TFE_TensorHandle name() {
    instances++;
    return scalar(instances);
  }

  /** Returns the key of a round's exchange of the named numbers. */
  Eager.Keys keys(Round round, TFE_TensorHandle name) {
    return new Eager.Keys(scalar(round.members().size()), scalar(round.key()), name);
  }

  /** Returns the key of an exchange of all processes, of numbers with a new name. */
  Eager.Keys keysOfAll() {
    return new Eager.Keys(scalar(size), scalar(afterRounds()), name());
  }

  /** Returns the key of an exchange of the named numbers with one other process. */
  Eager.Keys keys(int other, TFE_TensorHandle name) {
    int pair = Math.min(rank, other) * size + Math.max(rank, other); // from 1
    return new Eager.Keys(scalar(2), scalar(afterRounds() + pair), name);
  }

  private int afterRounds() {
    return 1 + size * size;
  }

  /** Returns this process's part in sums that a process needs. */
  Reduction reduction(int target) {
    return Reduction.of(rank, size, target);
  }
}
