package io.diffusion4j.distributed;

import io.diffusion4j.nn.train.group.Reduction;
import io.diffusion4j.nn.train.group.Wire;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import org.tensorflow.internal.c_api.TFE_TensorHandle;

/**
 * Numbers whose sums one process needs. They are received, added and sent by a {@link Reduction}.
 */
final class Reduced extends Piece {
  /** The number of sums computed at a time, which fit the first-level cache. */
  private static final int BLOCK = 1024;

  private final Eager eager;
  private final Eager.Numbers numbers;

  /** What travels in bfloat16; empty if the numbers themselves travel. */
  private final Optional<Eager.Numbers> packed;

  private final int count;
  private final TFE_TensorHandle shape;
  private final List<Eager.Keys> from;
  private final Optional<Eager.Keys> to;
  private boolean isSummed;

  /**
   * Allocates numbers.
   *
   * @param target the rank of the process that needs the sums
   */
  Reduced(Exchanges exchanges, int target, int count, Wire wire) {
    eager = exchanges.eager();
    switch (wire) {
      case FLOAT32 -> {
        this.count = count;
        numbers = Eager.Numbers.allocate(count);
        packed = Optional.empty();
      }
      case BFLOAT16 -> {
        this.count = PackedBfloat16.pairs(count);
        numbers = PackedBfloat16.allocate(count);
        packed = Optional.of(Eager.Numbers.allocate(this.count));
      }
      default -> throw new AssertionError(wire);
    }
    shape = exchanges.shape(this.count);
    var name = exchanges.name();
    var part = exchanges.reduction(target);
    from = part.from().stream().map(rank -> exchanges.keys(rank, name)).toList();
    to = part.to().stream().mapToObj(rank -> exchanges.keys(rank, name)).findFirst();
  }

  @Override
  void put(int at, float[] values, int first, int some) {
    numbers.floats().put(at, values, first, some);
  }

  @Override
  void exchange() {
    for (Eager.Keys keys : from) {
      try (var received = eager.receive(count, shape, keys)) {
        packed.ifPresentOrElse(
            own -> {
              PackedBfloat16.pack(numbers, own.bits());
              PackedBfloat16.add(own.bits(), received.bits(), numbers);
            },
            () -> add(numbers.floats(), received.floats()));
      }
    }
    to.ifPresent(
        keys -> {
          packed.ifPresent(own -> PackedBfloat16.pack(numbers, own.bits()));
          eager.send(packed.orElse(numbers), count, keys);
        });
    isSummed = to.isEmpty();
  }

  private static void add(FloatBuffer sums, FloatBuffer more) {
    float[] x = new float[BLOCK];
    float[] y = new float[BLOCK];
    for (int at = 0; at < sums.limit(); at += BLOCK) {
      int some = Math.min(BLOCK, sums.limit() - at);
      sums.get(at, x, 0, some);
      more.get(at, y, 0, some);
      for (int i = 0; i < some; i++) {
        x[i] += y[i];
      }
      sums.put(at, x, 0, some);
    }
  }

  @Override
  Optional<Eager.Numbers> result() {
    return isSummed ? Optional.of(numbers) : Optional.empty();
  }

  @Override
  void close() {
    numbers.close();
    packed.ifPresent(Eager.Numbers::close);
  }
}
