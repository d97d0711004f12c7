package io.diffusion4j.plots;

import java.awt.Graphics2D;

/** Something to draw, in screen pixels. */
public interface ChartDrawing {
  int width();

  int height();

  /** Paints all of it, its background included. */
  void paint(Graphics2D graphics);
}
