package io.diffusion4j.emoji.scene;

import java.util.Locale;

/** The colours that captions name, as far apart as ten everyday colours and white can be. */
public enum NamedColor {
  /** The background that no caption needs to name. */
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

  private final int red;
  private final int green;
  private final int blue;

  NamedColor(int red, int green, int blue) {
    this.red = red;
    this.green = green;
    this.blue = blue;
  }

  /** sRGB, 0 to 255. */
  public int red() {
    return red;
  }

  /** sRGB, 0 to 255. */
  public int green() {
    return green;
  }

  /** sRGB, 0 to 255. */
  public int blue() {
    return blue;
  }

  /** {@code "blue"}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
