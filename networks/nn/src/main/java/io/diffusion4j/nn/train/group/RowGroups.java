package io.diffusion4j.nn.train.group;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Fixed groups of the rows of a batch, for frozen networks. With some engines, the last bits of a
 * network's outputs depend on the number of its rows. If it computes a group at a time, the outputs
 * of a row are the same in the whole batch and in any share of it.
 *
 * @param rows the number of rows of the batch, at least 1
 */
public record RowGroups(int rows) {
  /** The largest number of groups. */
  public static final int MAX = 8;

  public RowGroups {
    Check.that(rows >= 1, "rows", rows, "≥ 1");
  }

  /** Returns the number of groups: the largest power of two that divides the rows, at most 8. */
  public int count() {
    return Math.min(MAX, Integer.lowestOneBit(rows));
  }

  private int size() {
    return rows / count();
  }

  /** Returns the rows of the groups that a share touches. */
  public RowRange covering(RowRange share) {
    int size = size();
    return new RowRange(share.from() / size * size, (share.to() + size - 1) / size * size);
  }

  /**
   * Computes a value for each row of a share.
   *
   * @param network computes the values of a group
   */
  public <T> List<T> compute(RowRange share, Function<RowRange, List<T>> network) {
    RowRange covering = covering(share);
    List<T> values = new ArrayList<>(covering.count());
    for (int from = covering.from(); from < covering.to(); from += size()) {
      RowRange group = new RowRange(from, from + size());
      List<T> some = network.apply(group);
      Check.length("values", some.size(), group.count());
      values.addAll(some);
    }
    return share.pick(values, covering);
  }
}
