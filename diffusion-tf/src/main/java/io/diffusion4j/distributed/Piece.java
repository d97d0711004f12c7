package io.diffusion4j.distributed;

import java.util.Optional;

/** Numbers that are exchanged at once. */
abstract class Piece {
  /** Sets some of this process's numbers. */
  abstract void put(int at, float[] values, int from, int some);

  /** Exchanges the numbers; on any thread. */
  abstract void exchange();

  /** Returns the result of the last exchange; empty before the first one. */
  abstract Optional<Eager.Numbers> result();

  /** Frees the memory. */
  abstract void close();
}
