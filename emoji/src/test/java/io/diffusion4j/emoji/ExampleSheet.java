package io.diffusion4j.emoji;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.CaptionMix;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneSplit;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * Draws examples with their captions on one sheet for inspection, and prints the speed.
 *
 * <p>Arguments: output file, concept set, scene mix, split, image size, first index.
 */
final class ExampleSheet {
  private static final int COLUMNS = 8;
  private static final int CELL = 192;
  private static final int TEXT = 44;

  private ExampleSheet() {}

  public static void main(String[] args) throws IOException {
    int imageSize = Integer.parseInt(args[4]);
    var settings =
        new EmojiDataset.Settings(
            ConceptSet.named(args[1]),
            args[2].equals("varied") ? SceneMix.mostlyVaried() : SceneMix.mostlyCentred(),
            CaptionMix.standard(),
            SceneSplit.valueOf(args[3].toUpperCase(Locale.ROOT)),
            imageSize,
            1);
    long start = System.nanoTime();
    EmojiDataset dataset = EmojiDataset.open(settings, 128);
    say("opened in %.1f s", seconds(start));
    for (int size : new int[] {32, 64, 128}) {
      EmojiDataset timed =
          EmojiDataset.open(
              new EmojiDataset.Settings(
                  settings.concepts(),
                  settings.scenes(),
                  settings.captions(),
                  settings.split(),
                  size,
                  1),
              128);
      for (int i = 0; i < 2000; i++) {
        timed.get(i);
      }
      start = System.nanoTime();
      for (int i = 2000; i < 5000; i++) {
        timed.get(i);
      }
      say("%d px: %.3f ms per example", size, seconds(start) / 3);
    }
    Runtime.getRuntime().gc();
    say(
        "heap %d MB",
        (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
    List<CaptionedImage> examples = new ArrayList<>();
    long first = Long.parseLong(args[5]);
    for (long i = first; i < first + COLUMNS * COLUMNS; i++) {
      examples.add(dataset.get(i));
    }
    ImageIO.write(sheet(examples), "png", new File(args[0]));
  }

  static BufferedImage sheet(List<CaptionedImage> examples) {
    int rows = (examples.size() + COLUMNS - 1) / COLUMNS;
    var sheet = new BufferedImage(COLUMNS * CELL, rows * (CELL + TEXT), BufferedImage.TYPE_INT_RGB);
    Graphics2D g = sheet.createGraphics();
    g.setColor(Color.LIGHT_GRAY);
    g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    g.setColor(Color.BLACK);
    g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
    for (int i = 0; i < examples.size(); i++) {
      int x = i % COLUMNS * CELL;
      int y = i / COLUMNS * (CELL + TEXT);
      g.drawImage(toAwt(examples.get(i).image()), x + 2, y + 2, CELL - 4, CELL - 4, null);
      String caption = examples.get(i).caption();
      for (int line = 0; line * 32 < caption.length(); line++) {
        String part = caption.substring(32 * line, Math.min(caption.length(), 32 * line + 32));
        g.drawString(part, x + 3, y + CELL + 11 + 13 * line);
      }
    }
    g.dispose();
    return sheet;
  }

  private static BufferedImage toAwt(Image image) {
    var awt = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    float[] p = image.pixels();
    for (int i = 0; i < image.width() * image.height(); i++) {
      int rgb = 0;
      for (int c = 0; c < 3; c++) {
        rgb = rgb << 8 | Math.round((p[3 * i + c] + 1) * 127.5f);
      }
      awt.setRGB(i % image.width(), i / image.width(), rgb);
    }
    return awt;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void say(String format, Object... args) {
    System.out.println(String.format(Locale.ROOT, format, args));
  }
}
