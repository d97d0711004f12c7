package io.diffusion4j.distributed;

import io.diffusion4j.nn.train.group.Round;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.internal.c_api.TFE_TensorHandle;

/**
 * Numbers that all processes sum, round by round. They are rounded to bfloat16 before each round
 * and added in float32.
 */
final class SummedHalves extends Piece {
  private final Eager eager;
  private final int pairs;
  private final TFE_TensorHandle shape;
  private final Eager.Numbers numbers;
  private final Eager.Numbers packed;
  private final List<Step> steps = new ArrayList<>();
  private boolean isSummed;

  /**
   * A round.
   *
   * @param isOfTwo whether it has no other members than its two contributors
   * @param first the first contributor's part
   * @param second that of the second
   */
  private record Step(boolean isOfTwo, Part first, Part second) {}

  /**
   * What a contributor sends to the others.
   *
   * @param isOwn whether this process sends it
   */
  private record Part(boolean isOwn, Eager.Keys keys) {}

  SummedHalves(Exchanges exchanges, int count) {
    eager = exchanges.eager();
    pairs = PackedBfloat16.pairs(count);
    shape = exchanges.shape(pairs);
    numbers = PackedBfloat16.allocate(count);
    packed = Eager.Numbers.allocate(pairs);
    var first = exchanges.name();
    var second = exchanges.name();
    for (Round round : exchanges.rounds()) {
      steps.add(
          new Step(
              round.members().equals(round.contributors()),
              new Part(exchanges.is(round, 0), exchanges.keys(round, first)),
              new Part(exchanges.is(round, 1), exchanges.keys(round, second))));
    }
  }

  @Override
  void put(int at, float[] values, int from, int some) {
    numbers.floats().put(at, values, from, some);
  }

  @Override
  void exchange() {
    for (Step step : steps) {
      PackedBfloat16.pack(numbers, packed.bits());
      if (step.isOfTwo) {
        gather(step);
      } else {
        broadcast(step);
      }
    }
    isSummed = true;
  }

  /** Adds the parts of two processes, in one exchange. */
  private void gather(Step step) {
    try (var both = eager.gather(packed, pairs, 2, step.first.keys)) {
      PackedBfloat16.add(both.bits().slice(0, pairs), both.bits().slice(pairs, pairs), numbers);
    }
  }

  /** Adds the parts of two among several processes. */
  private void broadcast(Step step) {
    var first = exchange(step.first);
    try {
      var second = exchange(step.second);
      PackedBfloat16.add(first.orElse(packed).bits(), second.orElse(packed).bits(), numbers);
      second.ifPresent(Eager.Numbers::close);
    } finally {
      first.ifPresent(Eager.Numbers::close);
    }
  }

  /** Sends a part, or returns what was received. */
  private Optional<Eager.Numbers> exchange(Part part) {
    if (part.isOwn) {
      eager.send(packed, pairs, part.keys);
      return Optional.empty();
    }
    return Optional.of(eager.receive(pairs, shape, part.keys));
  }

  @Override
  Optional<Eager.Numbers> result() {
    return isSummed ? Optional.of(numbers) : Optional.empty();
  }

  @Override
  void close() {
    numbers.close();
    packed.close();
  }
}
