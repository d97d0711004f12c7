package io.diffusion4j.plots;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars in groups, each with its name on the left and its value at its end.
 *
 * @param title the title above the bars
 * @param groups the groups from top to bottom
 */
public record BarChart(String title, List<Group> groups) implements ChartDrawing {
  private static final int WIDTH = Painter.WIDTH;
  private static final int TOP = 44;
  private static final int LABELS = 190;
  private static final int VALUES = 70;
  private static final int BAR = 18;
  private static final int STEP = 22;
  private static final int HEADING = 28;

  /**
   * Bars under a heading.
   *
   * @param bars the bars from top to bottom
   */
  public record Group(String name, List<Bar> bars) {
    public Group {
      bars = List.copyOf(bars);
    }
  }

  /**
   * A bar.
   *
   * @param value the length, finite and at least 0
   * @param color the number of the colour, as in charts
   */
  public record Bar(String name, double value, int color) {
    public Bar {
      if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(name + ": " + value + " (expected: ≥ 0 and finite)");
      }
    }
  }

  public BarChart {
    groups = List.copyOf(groups);
  }

  @Override
  public int width() {
    return WIDTH;
  }

  @Override
  public int height() {
    return TOP + groups.stream().mapToInt(group -> HEADING + STEP * group.bars().size()).sum() + 8;
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width(), height());
    var font = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    graphics.setColor(Color.BLACK);
    graphics.setFont(font.deriveFont(Font.BOLD, 16f));
    graphics.drawString(title, 12, 28);
    double longest =
        groups.stream()
            .flatMap(group -> group.bars().stream())
            .mapToDouble(Bar::value)
            .max()
            .orElse(0);
    int y = TOP;
    for (Group group : groups) {
      graphics.setFont(font.deriveFont(Font.BOLD));
      graphics.setColor(Color.BLACK);
      graphics.drawString(group.name(), 12, y + 16);
      graphics.setFont(font);
      y += HEADING;
      for (Bar bar : group.bars()) {
        paint(graphics, bar, y, longest);
        y += STEP;
      }
    }
  }

  private static void paint(Graphics2D graphics, Bar bar, int y, double longest) {
    int room = WIDTH - LABELS - VALUES;
    int length = longest == 0 ? 0 : (int) Math.round(room * bar.value() / longest);
    graphics.setColor(Color.BLACK);
    int label = graphics.getFontMetrics().stringWidth(bar.name());
    graphics.drawString(bar.name(), LABELS - 8 - label, y + 14);
    graphics.drawString(
        String.format(Locale.ROOT, "%.0f", bar.value()), LABELS + length + 6, y + 14);
    graphics.setColor(Painter.color(bar.color()));
    graphics.fillRect(LABELS, y, length, BAR);
  }
}
