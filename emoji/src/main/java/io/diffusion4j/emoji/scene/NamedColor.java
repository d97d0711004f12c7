package io.diffusion4j.emoji.scene;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The colours in captions: ten everyday colours and white, as distinct as possible. */
public enum NamedColor {
  /** The default background, which captions do not mention. */
  WHITE(255, 255, 255),
  RED(214, 40, 40),
  ORANGE(247, 127, 0),
  YELLOW(255, 215, 40),
  GREEN(56, 150, 60),
  BLUE(33, 100, 215),
  PURPLE(125, 50, 170),
  PINK(255, 150, 195),
  BROWN(120, 75, 40),
  GRAY(140, 140, 140),
  BLACK(15, 15, 15);

  /** All except white. */
  static final List<NamedColor> COLORED =
      Arrays.stream(values()).filter(color -> color != WHITE).toList();

  private final int rgb;

  NamedColor(int red, int green, int blue) {
    rgb = red << 16 | green << 8 | blue;
  }

  /** Returns a channel in sRGB, 0 to 255; red, green and blue are 0, 1 and 2. */
  public int channel(int c) {
    return (rgb >> (8 * (2 - c))) & 0xff;
  }

  /** Returns {@code "blue"}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
