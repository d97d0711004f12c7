package io.diffusion4j.plots;

import io.diffusion4j.diffusion.argument.Check;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.util.List;

/**
 * A diagram of a network's levels from left to right, each at the height of its resolution, so that
 * a U-Net looks like a U. Dashed lines are skip connections.
 *
 * @param title title above the diagram
 * @param boxes the boxes, at least one
 */
public record LevelDiagram(String title, List<Box> boxes) implements ChartDrawing {
  private static final int WIDTH = 118;
  private static final int HEIGHT = 58;
  private static final int GAP = 22;
  private static final int TITLE = 34;
  private static final int FONT_SIZE = 12;
  private static final int TITLE_SIZE = 15;
  private static final Color FILL = new Color(0xE4EDF7);
  private static final Color WITH_ATTENTION = new Color(0xF7E9D7);
  private static final Color EDGE = new Color(0x5A6B7C);
  private static final Color TEXT = new Color(0x202020);
  private static final BasicStroke THIN = new BasicStroke(1.2f);
  private static final BasicStroke DASHED =
      new BasicStroke(
          1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {5, 4}, 0);

  /**
   * A level.
   *
   * @param lines the lines of text in the box
   * @param depth its row below the top, from 0
   * @param isMarked whether it has another colour
   * @param skips the boxes to the left that are connected to it
   */
  public record Box(List<String> lines, int depth, boolean isMarked, List<Integer> skips) {
    public Box {
      lines = List.copyOf(lines);
      skips = List.copyOf(skips);
    }
  }

  public LevelDiagram {
    boxes = List.copyOf(boxes);
    Check.that(!boxes.isEmpty(), "boxes", "none", "at least one");
  }

  @Override
  public int width() {
    return GAP + boxes.size() * (WIDTH + GAP);
  }

  @Override
  public int height() {
    int deepest = boxes.stream().mapToInt(Box::depth).max().orElseThrow();
    return TITLE + (deepest + 1) * (HEIGHT + GAP);
  }

  private static int x(int box) {
    return GAP + box * (WIDTH + GAP);
  }

  private int y(int box) {
    return TITLE + boxes.get(box).depth() * (HEIGHT + GAP);
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width(), height());
    graphics.setColor(TEXT);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, TITLE_SIZE));
    graphics.drawString(title, GAP, TITLE_SIZE + 6);
    graphics.setColor(EDGE);
    for (int i = 1; i < boxes.size(); i++) {
      graphics.setStroke(THIN);
      int before = y(i - 1) + HEIGHT / 2;
      int here = y(i) + HEIGHT / 2;
      int between = x(i) - GAP / 2;
      graphics.drawLine(x(i - 1) + WIDTH, before, between, before);
      graphics.drawLine(between, before, between, here);
      graphics.drawLine(between, here, x(i), here);
      graphics.setStroke(DASHED);
      for (int from : boxes.get(i).skips()) {
        if (from < i - 1) {
          int line = Math.max(y(from), y(i)) + HEIGHT / 4;
          graphics.drawLine(x(from) + WIDTH, line, x(i), line);
        }
      }
    }
    for (int i = 0; i < boxes.size(); i++) {
      paint(graphics, boxes.get(i), x(i), y(i));
    }
  }

  private static void paint(Graphics2D graphics, Box box, int x, int y) {
    graphics.setColor(box.isMarked() ? WITH_ATTENTION : FILL);
    graphics.fillRoundRect(x, y, WIDTH, HEIGHT, 8, 8);
    graphics.setStroke(THIN);
    graphics.setColor(EDGE);
    graphics.drawRoundRect(x, y, WIDTH, HEIGHT, 8, 8);
    graphics.setColor(TEXT);
    for (int line = 0; line < box.lines().size(); line++) {
      graphics.setFont(new Font(Font.SANS_SERIF, line == 0 ? Font.BOLD : Font.PLAIN, FONT_SIZE));
      graphics.drawString(box.lines().get(line), x + 8, y + 18 + line * (FONT_SIZE + 4));
    }
  }
}
