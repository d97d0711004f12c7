package io.diffusion4j.plots;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Rgb8;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.util.List;

/**
 * Pictures in rows, with a label above each column and to the left of each row.
 *
 * @param pictures the pictures row by row, at least one; each is drawn as a square
 * @param columns the labels of the columns, as many as there are columns; empty ones draw nothing
 * @param rows the labels of the rows, as many as there are rows; empty ones take no space
 */
public record LabelledSheet(List<Rgb8> pictures, List<String> columns, List<String> rows)
    implements ChartDrawing {
  private static final int CELL = 128;
  private static final int GAP = 4;
  private static final int FONT_SIZE = 13;
  private static final int HEAD = FONT_SIZE + 2 * GAP;

  /** Average width of a letter. */
  private static final int LETTER = 8;

  private static final Color TEXT = new Color(0x202020);

  public LabelledSheet {
    pictures = List.copyOf(pictures);
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    Check.that(!columns.isEmpty(), "columns", "none", "at least one");
    int needed = (pictures.size() + columns.size() - 1) / columns.size();
    Check.that(!pictures.isEmpty(), "pictures", "none", "at least one");
    Check.length("rows", rows.size(), needed);
  }

  private int left() {
    int longest = rows.stream().mapToInt(String::length).max().orElseThrow();
    return longest == 0 ? GAP : 2 * GAP + LETTER * longest;
  }

  @Override
  public int width() {
    return left() + columns.size() * (CELL + GAP);
  }

  @Override
  public int height() {
    return HEAD + rows.size() * (CELL + GAP);
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width(), height());
    graphics.setColor(TEXT);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
    FontMetrics metrics = graphics.getFontMetrics();
    for (int i = 0; i < columns.size(); i++) {
      int middle = left() + i * (CELL + GAP) + CELL / 2;
      String label = columns.get(i);
      graphics.drawString(label, middle - metrics.stringWidth(label) / 2, GAP + FONT_SIZE);
    }
    for (int i = 0; i < rows.size(); i++) {
      int middle = HEAD + i * (CELL + GAP) + CELL / 2;
      graphics.drawString(rows.get(i), GAP, middle + FONT_SIZE / 2);
    }
    for (int i = 0; i < pictures.size(); i++) {
      int x = left() + i % columns.size() * (CELL + GAP);
      int y = HEAD + i / columns.size() * (CELL + GAP);
      graphics.drawImage(pictures.get(i).toBuffered(), x, y, CELL, CELL, null);
    }
  }
}
