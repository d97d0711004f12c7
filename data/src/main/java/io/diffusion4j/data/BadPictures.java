package io.diffusion4j.data;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The pictures of a set that could not be read. A few are passed over; more are an error, as then
 * something else is wrong. Thread-safe.
 */
public final class BadPictures {
  private final double most;
  private final ConcurrentSkipListMap<Long, String> reasons = new ConcurrentSkipListMap<>();

  /**
   * None yet.
   *
   * @param most the largest share that is passed over, from 0
   */
  public BadPictures(double most) {
    if (!(most >= 0 && most < 1)) {
      throw new IllegalArgumentException("most: " + most + " (expected: in [0, 1))");
    }
    this.most = most;
  }

  boolean contains(long index) {
    return reasons.containsKey(index);
  }

  /**
   * Notes a picture that cannot be read.
   *
   * @throws IllegalArgumentException if there are too many
   */
  void add(PictureSet pictures, long index, String reason) {
    reasons.put(index, reason);
    if (reasons.size() > most * pictures.size()) {
      throw new IllegalArgumentException(
          "data: %s, %d of %d pictures cannot be read, such as %s (expected: at most %.0f %%)"
              .formatted(pictures.name(), reasons.size(), pictures.size(), reason, 100 * most));
    }
  }

  /** Why each of them could not be read, with its key, in the order of the set. */
  public List<String> reasons() {
    return List.copyOf(reasons.values());
  }
}
