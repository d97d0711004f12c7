package io.diffusion4j.emoji.scene;

import io.diffusion4j.diffusion.image.Image;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Observations on the pixels of a picture, made without any network: the colour of its rim, and the
 * regions that differ from that colour. Works on rendered scenes and on generated pictures.
 *
 * @param background the named colour nearest to the mean of the rim
 * @param backgroundError Euclidean distance of that mean from the named colour, RGB in [−1, 1]
 * @param blobs connected regions that differ from the mean of the rim, the largest first; a thing
 *     may consist of several
 */
public record Observation(NamedColor background, double backgroundError, List<Blob> blobs) {
  /** The smallest difference of a foreground pixel from the rim, in its most different channel. */
  private static final double CONTRAST = 0.15;

  /**
   * A foreground pixel must also reach this fraction of its neighbourhood's difference, so that
   * edges do not move in blurred pictures.
   */
  private static final double EDGE = 0.3;

  /** The radius of the neighbourhood, in fractions of the side. */
  private static final double REACH = 0.03;

  /** Regions smaller than this fraction of the picture are noise. */
  private static final double SPECK = 0.0008;

  /** The smallest area of a thing, as a fraction of the picture, ... */
  private static final double THING = 0.003;

  /** ... and of the largest thing. */
  private static final double OF_LARGEST = 0.1;

  /**
   * Parts whose boxes are nearer belong to one thing: separate things have a distance of at least
   * 0.04, parts of one thing rarely do.
   */
  private static final double GAP = 0.028;

  /** The smallest distance between the centres of two things beside or above each other. */
  private static final double APART = 0.3;

  /**
   * A connected region, or the union of several, in fractions of the sides of the picture, from the
   * top left.
   *
   * @param area fraction of the picture that it covers
   * @param x the horizontal position of its centroid, across
   * @param y the vertical position of its centroid
   * @param left side of its bounding box
   * @param top side of its bounding box
   * @param right side of its bounding box
   * @param bottom side of its bounding box
   */
  public record Blob(
      double area, double x, double y, double left, double top, double right, double bottom) {
    /** Returns the width of the bounding box, as a fraction of the picture's. */
    public double width() {
      return right - left;
    }

    /** Returns the height of the bounding box, as a fraction of the picture's. */
    public double height() {
      return bottom - top;
    }

    private Blob with(Blob other) {
      double sum = area + other.area;
      return new Blob(
          sum,
          (area * x + other.area * other.x) / sum,
          (area * y + other.area * other.y) / sum,
          Math.min(left, other.left),
          Math.min(top, other.top),
          Math.max(right, other.right),
          Math.max(bottom, other.bottom));
    }

    /**
     * Returns the larger of the horizontal and vertical distances of the boxes; 0 if they overlap.
     */
    private double gap(Blob other) {
      double across = Math.max(left - other.right, other.left - right);
      double down = Math.max(top - other.bottom, other.top - bottom);
      return Math.max(0, Math.max(across, down));
    }
  }

  /**
   * Two things and their relation.
   *
   * @param relation the relation of the first to the second
   */
  public record Halves(Relation relation, Blob first, Blob second) {}

  public Observation {
    blobs = List.copyOf(blobs);
  }

  /** Observes a picture. */
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

  /** Returns the things on the background, each with all its parts, the largest first. */
  public List<Blob> things() {
    List<Blob> things = new ArrayList<>(blobs);
    for (int i = 0; i < things.size(); i++) {
      for (int j = 0; j < things.size(); j++) {
        if (i != j && things.get(i).gap(things.get(j)) < GAP) {
          things.set(i, things.get(i).with(things.get(j)));
          things.remove(j);
          i = -1; // the box has grown: check all again
          break;
        }
      }
    }
    double largest = things.stream().mapToDouble(Blob::area).max().orElse(0);
    things.removeIf(thing -> thing.area() < Math.max(THING, OF_LARGEST * largest));
    things.sort(Comparator.comparingDouble(Blob::area).reversed());
    return List.copyOf(things);
  }

  /**
   * Returns the longer side of the whole foreground, as a fraction of the picture's side; 0 without
   * a foreground.
   */
  public double extent() {
    return blobs.stream()
        .reduce(Blob::with)
        .map(all -> Math.max(all.width(), all.height()))
        .orElse(0.0);
  }

  /** Splits the foreground in two, left and right or above and below; empty if it is one thing. */
  public Optional<Halves> halves() {
    Optional<Halves> best = Optional.empty();
    double farthest = APART;
    for (Relation relation : Relation.values()) {
      boolean across = relation == Relation.LEFT_OF;
      List<Blob> sorted = new ArrayList<>(blobs);
      sorted.sort(Comparator.comparingDouble(across ? Blob::x : Blob::y));
      for (int i = 1; i < sorted.size(); i++) {
        Blob first = sorted.subList(0, i).stream().reduce(Blob::with).orElseThrow();
        Blob second = sorted.subList(i, sorted.size()).stream().reduce(Blob::with).orElseThrow();
        double between = across ? second.left() - first.right() : second.top() - first.bottom();
        double distance = across ? second.x() - first.x() : second.y() - first.y();
        boolean bothCount =
            Math.min(first.area(), second.area())
                >= Math.max(THING, OF_LARGEST * Math.max(first.area(), second.area()));
        if (bothCount && between >= 0 && distance > farthest) {
          farthest = distance;
          best = Optional.of(new Halves(relation, first, second));
        }
      }
    }
    return best;
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
    double sum = 0;
    for (int c = 0; c < 3; c++) {
      double difference = rgb[c] - (color.channel(c) / 127.5 - 1);
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  private static List<Blob> blobs(Image image, double[] rim) {
    int pixels = image.width() * image.height();
    float[] contrast = new float[pixels];
    for (int i = 0; i < pixels; i++) {
      for (int c = 0; c < 3; c++) {
        float difference = (float) Math.abs(image.pixels()[3 * i + c] - rim[c]);
        contrast[i] = Math.max(contrast[i], difference);
      }
    }
    float[] around = largestAround(contrast, image.width(), image.height());
    boolean[] open = new boolean[pixels]; // foreground that belongs to no blob yet
    for (int i = 0; i < pixels; i++) {
      open[i] = contrast[i] > Math.max(CONTRAST, EDGE * around[i]);
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

  /**
   * Returns the largest value within {@link #REACH} in both directions: rows first, then columns.
   */
  private static float[] largestAround(float[] values, int width, int height) {
    int reach = (int) Math.round(REACH * Math.max(width, height));
    float[] inRow = new float[values.length];
    float[] around = new float[values.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
          inRow[y * width + x] = Math.max(inRow[y * width + x], values[y * width + u]);
        }
      }
    }
    for (int y = 0; y < height; y++) {
      for (int v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
        for (int x = 0; x < width; x++) {
          around[y * width + x] = Math.max(around[y * width + x], inRow[v * width + x]);
        }
      }
    }
    return around;
  }

  /** Collects everything connected to a pixel, including diagonally. */
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
        (double) left / width,
        (double) top / height,
        (right + 1.0) / width,
        (bottom + 1.0) / height);
  }
}
