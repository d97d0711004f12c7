package io.diffusion4j.emoji.scene;

import io.diffusion4j.diffusion.image.Image;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What can be read from the pixels of a picture without any network: the colour of its rim, and
 * what stands out from that colour. It judges drawn scenes and generated pictures alike.
 *
 * @param background the named colour nearest to the mean of the rim
 * @param backgroundError Euclidean distance of that mean from the named colour, RGB in [−1, 1]
 * @param blobs connected regions that differ from the mean of the rim, the largest first
 */
public record Observation(NamedColor background, double backgroundError, List<Blob> blobs) {
  /** How far a pixel must be from the rim, in its most different channel, to stand out. */
  private static final double CONTRAST = 0.2;

  /** Specks smaller than this part of the picture are noise. */
  private static final double SPECK = 0.003;

  /**
   * A connected region, in fractions of the sides of the picture, from the top left.
   *
   * @param area of the picture that it covers
   * @param x of its centroid
   * @param y of its centroid
   * @param width of its bounding box
   * @param height of its bounding box
   */
  public record Blob(double area, double x, double y, double width, double height) {}

  public Observation {
    blobs = List.copyOf(blobs);
  }

  /** Looks at a picture. */
  public static Observation of(Image image) {
    double[] rim = rim(image);
    NamedColor nearest = NamedColor.WHITE;
    for (NamedColor color : NamedColor.values()) {
      if (distance(rim, color) < distance(rim, nearest)) {
        nearest = color;
      }
    }
    return new Observation(nearest, distance(rim, nearest), blobs(image, rim));
  }

  private static double[] rim(Image image) {
    double[] sum = new double[3];
    int count = 0;
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        if (x == 0 || y == 0 || x == image.width() - 1 || y == image.height() - 1) {
          for (int c = 0; c < 3; c++) {
            sum[c] += image.pixels()[3 * (y * image.width() + x) + c];
          }
          count++;
        }
      }
    }
    return new double[] {sum[0] / count, sum[1] / count, sum[2] / count};
  }

  private static double distance(double[] rgb, NamedColor color) {
    double red = rgb[0] - (color.red() / 127.5 - 1);
    double green = rgb[1] - (color.green() / 127.5 - 1);
    double blue = rgb[2] - (color.blue() / 127.5 - 1);
    return Math.sqrt(red * red + green * green + blue * blue);
  }

  private static List<Blob> blobs(Image image, double[] rim) {
    int pixels = image.width() * image.height();
    boolean[] open = new boolean[pixels]; // stands out and belongs to no blob yet
    for (int i = 0; i < pixels; i++) {
      for (int c = 0; c < 3; c++) {
        open[i] |= Math.abs(image.pixels()[3 * i + c] - rim[c]) > CONTRAST;
      }
    }
    List<Blob> blobs = new ArrayList<>();
    for (int i = 0; i < pixels; i++) {
      if (open[i]) {
        Blob blob = fill(image.width(), image.height(), open, i);
        if (blob.area() >= SPECK) {
          blobs.add(blob);
        }
      }
    }
    blobs.sort(Comparator.comparingDouble(Blob::area).reversed());
    return blobs;
  }

  /** Takes everything connected to a pixel, diagonals too. */
  private static Blob fill(int width, int height, boolean[] open, int start) {
    int area = 0;
    long sumX = 0;
    long sumY = 0;
    int left = width;
    int right = -1;
    int top = height;
    int bottom = -1;
    var todo = new ArrayDeque<Integer>();
    open[start] = false;
    todo.add(start);
    while (!todo.isEmpty()) {
      int pixel = todo.remove();
      int px = pixel % width;
      int py = pixel / width;
      area++;
      sumX += px;
      sumY += py;
      left = Math.min(left, px);
      right = Math.max(right, px);
      top = Math.min(top, py);
      bottom = Math.max(bottom, py);
      for (int y = Math.max(0, py - 1); y <= Math.min(height - 1, py + 1); y++) {
        for (int x = Math.max(0, px - 1); x <= Math.min(width - 1, px + 1); x++) {
          if (open[y * width + x]) {
            open[y * width + x] = false;
            todo.add(y * width + x);
          }
        }
      }
    }
    return new Blob(
        (double) area / width / height,
        ((double) sumX / area + 0.5) / width,
        ((double) sumY / area + 0.5) / height,
        (double) (right - left + 1) / width,
        (double) (bottom - top + 1) / height);
  }
}
