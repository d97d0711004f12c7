package io.diffusion4j.clip.image;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The preprocessing of images for CLIP (Radford et al. 2021, as in Hugging Face's {@code
 * CLIPImageProcessor}): antialiased bicubic resize of the shorter edge, centre crop, (level · scale
 * − mean) / std.
 *
 * @param shortestEdge the length of the shorter edge after resizing, in pixels
 * @param cropSize the edge of the square that is cut from the middle, at most {@code shortestEdge}
 * @param rescaleFactor the factor of a level from 0 to 255
 * @param mean the mean of red, green and blue
 * @param std the standard deviation of red, green and blue, above 0
 * @param fit the way to make an image square
 */
public record ClipPreprocessor(
    int shortestEdge,
    int cropSize,
    double rescaleFactor,
    List<Double> mean,
    List<Double> std,
    Fit fit) {
  /** The way to make an image square. */
  public enum Fit {
    /** The middle of its longer edge; half a pixel is rounded down, as Hugging Face does. */
    CROP(""),
    /**
     * The middle of its longer edge; half a pixel is rounded to even, as in torchvision and
     * open_clip.
     */
    CROP_HALF_TO_EVEN("shortest"),
    /** The whole image, distorted to a square. */
    SQUASH("squash"),
    /** The whole image in its proportions, between black bars; open_clip's {@code longest}. */
    BARS("longest");

    private final String openClips;

    Fit(String openClips) {
      this.openClips = openClips;
    }

    /** Returns open_clip's name; empty for Hugging Face's way, which open_clip has not. */
    public String openClips() {
      return openClips;
    }

    /**
     * Returns the way with a name of open_clip.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Fit ofOpenClip(String name) {
      return Arrays.stream(values())
          .filter(fit -> !name.isEmpty() && fit.openClips.equals(name))
          .findFirst()
          .orElseThrow(
              () -> Check.refusal("resize_mode", name, "one of shortest, longest, squash"));
    }
  }

  private static final int LEVELS = 256;

  public ClipPreprocessor {
    Check.that(cropSize >= 1, "cropSize", cropSize, "≥ 1");
    Check.that(shortestEdge >= cropSize, "shortestEdge", shortestEdge, "≥ cropSize %s", cropSize);
    Check.positive("rescaleFactor", rescaleFactor);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    Check.that(
        mean.size() == 3 && mean.stream().allMatch(Double::isFinite),
        "mean",
        mean,
        "three finite numbers");
    Check.that(
        std.size() == 3 && std.stream().allMatch(s -> s > 0 && Double.isFinite(s)),
        "std",
        std,
        "three finite numbers > 0");
  }

  /** Crops images as Hugging Face does. */
  public ClipPreprocessor(
      int shortestEdge, int cropSize, double rescaleFactor, List<Double> mean, List<Double> std) {
    this(shortestEdge, cropSize, rescaleFactor, mean, std, Fit.CROP);
  }

  /** Returns the published CLIP's constants at the size of some image encoder, such as 224. */
  public static ClipPreprocessor clip(int size) {
    return new ClipPreprocessor(
        size,
        size,
        1 / 255.0,
        List.of(0.48145466, 0.4578275, 0.40821073),
        List.of(0.26862954, 0.26130258, 0.27577711));
  }

  /**
   * Reads a {@code preprocessor_config.json}. Missing fields have the values of {@link #clip
   * clip(224)}; keys without an effect on pixels are ignored.
   *
   * @throws IOException if the file cannot be read, or has an unsupported setting; the message
   *     names the file and the problem
   */
  public static ClipPreprocessor load(Path file) throws IOException {
    return PreprocessorConfig.read(file);
  }

  /**
   * Writes a {@code preprocessor_config.json} for Hugging Face's {@code CLIPImageProcessor}. A
   * {@link Fit} that it does not have is in the field {@code resize_mode}, by open_clip's name.
   *
   * @throws IOException if the file cannot be written
   */
  public void save(Path file) throws IOException {
    PreprocessorConfig.write(file, this);
  }

  /**
   * Preprocesses an image. It is first rounded to eight bits, like the inputs of the references.
   *
   * @return {@code [cropSize, cropSize, 3]}, row-major
   */
  public float[] pixels(Image image) {
    return pixels(Rgb8.of(image));
  }

  /** Preprocesses an image of eight bits. */
  public float[] pixels(Rgb8 image) {
    byte[] levels = crop(image).pixels();
    float[][] normalized = new float[3][LEVELS];
    for (int c = 0; c < 3; c++) {
      for (int level = 0; level < LEVELS; level++) {
        normalized[c][level] = (float) ((level * rescaleFactor - mean.get(c)) / std.get(c));
      }
    }
    float[] pixels = new float[levels.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = normalized[i % 3][levels[i] & 0xff];
    }
    return pixels;
  }

  /** Returns the cropped square of {@code cropSize} pixels a side, before normalisation. */
  public Rgb8 crop(Rgb8 image) {
    if (fit == Fit.SQUASH) {
      var all = new Resize.Region(0, 0, cropSize, cropSize);
      return Resize.bicubic(image, cropSize, cropSize, all);
    }
    if (fit == Fit.BARS) {
      return between(image);
    }
    int shorter = Math.min(image.width(), image.height());
    int width = resized(image.width(), shorter);
    int height = resized(image.height(), shorter);
    int left = middle(width);
    int top = middle(height);
    return Resize.bicubic(image, width, height, new Resize.Region(left, top, cropSize, cropSize));
  }

  /** Fits the longer edge into the square; an odd remainder goes below and to the right. */
  private Rgb8 between(Rgb8 image) {
    double ratio = Math.max(image.width(), image.height()) / (double) cropSize;
    int width = (int) Math.rint(image.width() / ratio);
    int height = (int) Math.rint(image.height() / ratio);
    byte[] inner = Resize.bicubic(image, Math.max(width, 1), Math.max(height, 1)).pixels();
    byte[] square = new byte[cropSize * cropSize * 3];
    int row = Math.max(width, 1) * 3;
    int left = (cropSize - row / 3) / 2 * 3;
    int top = (cropSize - inner.length / row) / 2;
    for (int y = 0; y < inner.length / row; y++) {
      System.arraycopy(inner, y * row, square, (top + y) * cropSize * 3 + left, row);
    }
    return new Rgb8(cropSize, cropSize, square);
  }

  private int middle(int edge) {
    int rest = edge - cropSize;
    return fit == Fit.CROP ? rest / 2 : (int) Math.rint(rest / 2.0);
  }

  private int resized(int edge, int shorter) {
    return Math.toIntExact((long) shortestEdge * edge / shorter);
  }
}
