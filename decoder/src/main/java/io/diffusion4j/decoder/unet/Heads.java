package io.diffusion4j.decoder.unet;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The number of attention heads: fixed, or the channels divided by a fixed width.
 *
 * @param width channels of a head; 0 where the number is fixed
 * @param down heads on the way down and in the middle; 0 where the width is fixed
 * @param up heads on the way up; 0 where the width is fixed
 */
public record Heads(int width, int down, int up) {
  public Heads {
    boolean byWidth = width > 0 && down == 0 && up == 0;
    boolean byNumber = width == 0 && down > 0 && up > 0;
    Check.that(
        byWidth || byNumber,
        "heads",
        "width " + width + ", " + down + " down, " + up + " up",
        "≥ 1");
  }

  /** Returns heads of this width: {@code num_head_channels}. */
  public static Heads ofWidth(int channels) {
    Check.that(channels >= 1, "num_head_channels", channels, "≥ 1");
    return new Heads(channels, 0, 0);
  }

  /**
   * Returns a fixed number of heads, whatever the channels: {@code num_heads}, {@code
   * num_heads_upsample}.
   */
  public static Heads of(int down, int up) {
    Check.that(down >= 1, "num_heads", down, "≥ 1");
    Check.that(up >= 1, "num_heads_upsample", up, "≥ 1");
    return new Heads(0, down, up);
  }

  int down(int channels) {
    return width > 0 ? channels / width : down;
  }

  int up(int channels) {
    return width > 0 ? channels / width : up;
  }

  /** Checks that the heads on the way down and in the middle share these channels evenly. */
  void requireDownDivides(int channels) {
    requireDivides(channels, "num_heads", down);
  }

  /** Checks that the heads on the way up share these channels evenly. */
  void requireUpDivides(int channels) {
    requireDivides(channels, "num_heads_upsample", up);
  }

  private void requireDivides(int channels, String name, int number) {
    int divisor = width > 0 ? width : number;
    Check.that(
        channels % divisor == 0,
        width > 0 ? "num_head_channels" : name,
        divisor,
        "a divisor of " + channels);
  }
}
