package io.diffusion4j.data;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The skipped pictures of a set: those that cannot be read, or whose captions cannot, up to a
 * limit, and those that are too small. More unreadable pictures are an error, since they indicate
 * another fault. Thread-safe.
 */
public final class BadPictures {
  /** The default for the largest share of skipped pictures. */
  public static final double DEFAULT_MAX = 0.05;

  private final double most;
  private final int minSize;
  private final Set<Long> small = ConcurrentHashMap.newKeySet();
  private final ConcurrentSkipListMap<Long, String> reasons = new ConcurrentSkipListMap<>();

  /**
   * Creates an empty list.
   *
   * @param most the largest share of skipped pictures, from 0
   */
  public BadPictures(double most) {
    this(most, 0);
  }

  /**
   * Creates an empty record.
   *
   * @param most the largest share of pictures that cannot be read, from 0
   * @param minSize pixels of the shorter side of a picture that is large enough
   */
  public BadPictures(double most, int minSize) {
    Check.that(most >= 0 && most < 1, "most", most, "in [0, 1)");
    Check.that(minSize >= 0, "min-size", minSize, "≥ 0");
    this.most = most;
    this.minSize = minSize;
  }

  /** Returns an empty list with the same limits, for another set. */
  public BadPictures another() {
    return new BadPictures(most, minSize);
  }

  /** Returns the smallest accepted shorter side of a picture in pixels; 0 accepts all. */
  public int minSize() {
    return minSize;
  }

  boolean contains(long index) {
    return reasons.containsKey(index) || small.contains(index);
  }

  /**
   * Whether a picture is too small; if so, it is counted.
   *
   * @throws IllegalArgumentException if the whole set is skipped
   */
  boolean isSmall(PictureSet pictures, long index, Image image) {
    if (Math.min(image.width(), image.height()) >= minSize) {
      return false;
    }
    small.add(index);
    Check.that(
        small.size() + reasons.size() < pictures.size(),
        "min-size",
        minSize,
        "the shorter side of a picture of %s",
        pictures.name());
    return true;
  }

  /** Returns the number of pictures that were too small so far. */
  public int small() {
    return small.size();
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
          ("data: %s, %d of %d pictures cannot be read (expected: at most %.0f %%;"
                  + " data --fix writes a clean copy), such as %s")
              .formatted(pictures.name(), reasons.size(), pictures.size(), 100 * most, reason));
    }
  }

  /** Returns the reason for each unreadable picture, with its key, in the order of the set. */
  public List<String> reasons() {
    return List.copyOf(reasons.values());
  }
}
