package io.diffusion4j.plots;

import java.awt.Graphics2D;

/** Something to be drawn, in pixels of a screen. */
public interface Drawing {
  int width();

  int height();

  /** Paints all of it, its background included. */
  void paint(Graphics2D graphics);
}
