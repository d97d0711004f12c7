package io.diffusion4j.distributed;

import io.diffusion4j.nn.train.group.Round;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Numbers that all processes sum, round by round. */
final class Summed extends Piece {
  private final Eager eager;
  private final int count;
  private final Eager.Numbers own;
  private final Optional<Eager.Numbers> nothing;
  private final List<Step> steps = new ArrayList<>();
  private Optional<Eager.Numbers> sum = Optional.empty();

  /** A round with the key of its exchange. */
  private record Step(boolean contributes, Eager.Keys keys) {}

  Summed(Exchanges exchanges, int count) {
    this.eager = exchanges.eager();
    this.count = count;
    own = Eager.Numbers.allocate(count);
    var name = exchanges.name();
    for (Round round : exchanges.rounds()) {
      steps.add(new Step(exchanges.contributes(round), exchanges.keys(round, name)));
    }
    boolean isIdle = steps.stream().anyMatch(step -> !step.contributes);
    nothing = isIdle ? Optional.of(Eager.Numbers.allocate(count)) : Optional.empty();
    nothing.ifPresent(numbers -> numbers.floats().put(0, Round.nothing(count)));
  }

  @Override
  void put(int at, float[] values, int from, int some) {
    own.floats().put(at, values, from, some);
  }

  @Override
  void exchange() {
    forget();
    Optional<Eager.Numbers> latest = Optional.empty();
    for (Step step : steps) {
      var summand = step.contributes ? latest.orElse(own) : nothing.orElse(own);
      try {
        var next = eager.sum(summand, count, step.keys);
        latest.ifPresent(Eager.Numbers::close);
        latest = Optional.of(next);
      } catch (Eager.Failure e) {
        latest.ifPresent(Eager.Numbers::close);
        throw e;
      }
    }
    sum = latest;
  }

  @Override
  Optional<Eager.Numbers> result() {
    return sum;
  }

  private void forget() {
    sum.ifPresent(Eager.Numbers::close);
    sum = Optional.empty();
  }

  @Override
  void close() {
    forget();
    own.close();
    nothing.ifPresent(Eager.Numbers::close);
  }
}
