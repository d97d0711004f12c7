package io.diffusion4j.decoder;

/**
 * How many heads attention has: a fixed number, or as many as have a fixed width.
 *
 * @param width channels of a head; 0 where the number is fixed
 * @param down heads on the way down and in the middle; 0 where the width is fixed
 * @param up heads on the way up; 0 where the width is fixed
 */
public record Heads(int width, int down, int up) {
  public Heads {
    boolean byWidth = width > 0 && down == 0 && up == 0;
    boolean byNumber = width == 0 && down > 0 && up > 0;
    if (!byWidth && !byNumber) {
      throw new IllegalArgumentException(
          "heads: width " + width + ", " + down + " down, " + up + " up (expected: ≥ 1)");
    }
  }

  /** Heads of so many channels: {@code num_head_channels}. */
  public static Heads ofWidth(int channels) {
    return new Heads(channels, 0, 0);
  }

  /** So many heads whatever the channels: {@code num_heads}, {@code num_heads_upsample}. */
  public static Heads of(int down, int up) {
    return new Heads(0, down, up);
  }

  int down(int channels) {
    return width > 0 ? channels / width : down;
  }

  int up(int channels) {
    return width > 0 ? channels / width : up;
  }

  /** Whether the heads on the way down and in the middle share these channels evenly. */
  boolean divideDown(int channels) {
    return channels % (width > 0 ? width : down) == 0;
  }

  /** Whether the heads on the way up share these channels evenly. */
  boolean divideUp(int channels) {
    return channels % (width > 0 ? width : up) == 0;
  }

  /** In the words of the configuration. */
  @Override
  public String toString() {
    return width > 0
        ? "num_head_channels " + width
        : "num_heads " + down + ", num_heads_upsample " + up;
  }
}
