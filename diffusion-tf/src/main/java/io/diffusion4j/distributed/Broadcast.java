package io.diffusion4j.distributed;

import io.diffusion4j.nn.train.group.Wire;
import java.util.Optional;
import org.tensorflow.internal.c_api.TFE_TensorHandle;

/** Numbers of one process, which the others receive. */
final class Broadcast {
  private Broadcast() {}

  /**
   * Creates a piece.
   *
   * @param isOwn whether the numbers are this process's
   */
  static Piece piece(Exchanges exchanges, boolean isOwn, int count, Wire wire) {
    return switch (wire) {
      case FLOAT32 -> isOwn ? new Sent(exchanges, count) : new Received(exchanges, count);
      case BFLOAT16 -> {
        var packed = piece(exchanges, isOwn, PackedBfloat16.pairs(count), Wire.FLOAT32);
        yield new Halved(packed, isOwn, count);
      }
    };
  }

  /** Numbers of this process. */
  private static final class Sent extends Piece {
    private final Eager eager;
    private final int count;
    private final Eager.Numbers own;
    private final Eager.Keys keys;

    Sent(Exchanges exchanges, int count) {
      this.eager = exchanges.eager();
      this.count = count;
      own = Eager.Numbers.allocate(count);
      keys = exchanges.keysOfAll();
    }

    @Override
    void put(int at, float[] values, int from, int some) {
      own.floats().put(at, values, from, some);
    }

    @Override
    void exchange() {
      eager.send(own, count, keys);
    }

    @Override
    Optional<Eager.Numbers> result() {
      return Optional.of(own);
    }

    @Override
    void close() {
      own.close();
    }
  }

  /** Numbers of another process. */
  private static final class Received extends Piece {
    private final Eager eager;
    private final int count;
    private final Eager.Keys keys;
    private final TFE_TensorHandle shape;
    private Optional<Eager.Numbers> numbers = Optional.empty();

    Received(Exchanges exchanges, int count) {
      this.eager = exchanges.eager();
      this.count = count;
      keys = exchanges.keysOfAll();
      shape = exchanges.shape(count);
    }

    @Override
    void put(int at, float[] values, int from, int some) {}

    @Override
    void exchange() {
      close();
      numbers = Optional.of(eager.receive(count, shape, keys));
    }

    @Override
    Optional<Eager.Numbers> result() {
      return numbers;
    }

    @Override
    void close() {
      numbers.ifPresent(Eager.Numbers::close);
      numbers = Optional.empty();
    }
  }

  /** Numbers that travel in bfloat16. */
  private static final class Halved extends Piece {
    private final Piece packed;
    private final boolean isOwn;
    private final Eager.Numbers numbers;
    private boolean isExchanged;

    Halved(Piece packed, boolean isOwn, int count) {
      this.packed = packed;
      this.isOwn = isOwn;
      numbers = PackedBfloat16.allocate(count);
    }

    @Override
    void put(int at, float[] values, int from, int some) {
      if (isOwn) {
        numbers.floats().put(at, values, from, some);
      }
    }

    @Override
    void exchange() {
      if (isOwn) {
        PackedBfloat16.pack(numbers, packed.result().orElseThrow().bits());
      }
      packed.exchange();
      PackedBfloat16.unpack(packed.result().orElseThrow().bits(), numbers);
      isExchanged = true;
    }

    @Override
    Optional<Eager.Numbers> result() {
      return isExchanged ? Optional.of(numbers) : Optional.empty();
    }

    @Override
    void close() {
      packed.close();
      numbers.close();
    }
  }
}
