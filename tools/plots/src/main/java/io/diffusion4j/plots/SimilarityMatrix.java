package io.diffusion4j.plots;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Rgb8;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The similarity of texts and pictures, as a table with the pictures above it and the texts to its
 * left (Radford et al. 2021, fig. 1). The darker a cell, the more similar they are; the most
 * similar picture of each text has a frame.
 *
 * @param texts the texts, at least one
 * @param pictures the pictures, at least one, of any sizes
 * @param cosines one row per text, one column per picture
 */
public record SimilarityMatrix(List<String> texts, List<Rgb8> pictures, List<double[]> cosines)
    implements ChartDrawing {
  private static final int CELL = 72;
  private static final int GAP = 8;
  private static final int FONT_SIZE = 14;

  /** Average width of a letter. */
  private static final int LETTER = 8;

  /** The share of the dark colour from which white text has more contrast than dark text. */
  private static final double WHITE_TEXT = 0.8;

  private static final Color DARK = new Color(0x1F5FA8);
  private static final Color TEXT = new Color(0x202020);

  public SimilarityMatrix {
    texts = List.copyOf(texts);
    pictures = List.copyOf(pictures);
    cosines = List.copyOf(cosines);
    Check.that(!texts.isEmpty(), "texts", "none", "at least one");
    Check.that(!pictures.isEmpty(), "pictures", "none", "at least one");
    Check.length("cosines", cosines.size(), texts.size());
    for (double[] row : cosines) {
      Check.length("cosines", row.length, pictures.size());
    }
  }

  private int left() {
    return 2 * GAP + LETTER * texts.stream().mapToInt(String::length).max().orElseThrow();
  }

  @Override
  public int width() {
    return left() + pictures.size() * CELL + GAP;
  }

  @Override
  public int height() {
    return GAP + (1 + texts.size()) * CELL + GAP;
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width(), height());
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
    for (int i = 0; i < pictures.size(); i++) {
      int x = left() + i * CELL;
      graphics.drawImage(pictures.get(i).toBuffered(), x + 2, GAP + 2, CELL - 4, CELL - 4, null);
    }
    double least = cosines.stream().flatMapToDouble(Arrays::stream).min().orElseThrow();
    double most = cosines.stream().flatMapToDouble(Arrays::stream).max().orElseThrow();
    for (int row = 0; row < texts.size(); row++) {
      int y = GAP + (1 + row) * CELL;
      graphics.setColor(TEXT);
      graphics.drawString(texts.get(row), GAP, y + (CELL + FONT_SIZE) / 2);
      double[] values = cosines.get(row);
      double best = Arrays.stream(values).max().orElseThrow();
      for (int i = 0; i < values.length; i++) {
        double share = most > least ? (values[i] - least) / (most - least) : 0;
        paint(graphics, left() + i * CELL, y, values[i], share);
        if (values[i] == best) {
          graphics.drawRect(left() + i * CELL + 2, y + 2, CELL - 5, CELL - 5);
        }
      }
    }
  }

  /** Fills a cell and leaves the text colour set. */
  private static void paint(Graphics2D graphics, int x, int y, double value, double share) {
    graphics.setColor(mixed(share));
    graphics.fillRect(x, y, CELL, CELL);
    graphics.setColor(share > WHITE_TEXT ? Color.WHITE : TEXT);
    String text = String.format(Locale.ROOT, "%.2f", value);
    int width = graphics.getFontMetrics().stringWidth(text);
    graphics.drawString(text, x + (CELL - width) / 2, y + (CELL + FONT_SIZE) / 2 - 2);
  }

  /** Mixes white and the dark colour. */
  private static Color mixed(double share) {
    return new Color(
        mixed(share, DARK.getRed()), mixed(share, DARK.getGreen()), mixed(share, DARK.getBlue()));
  }

  private static int mixed(double share, int dark) {
    return (int) Math.round(255 + share * (dark - 255));
  }
}
