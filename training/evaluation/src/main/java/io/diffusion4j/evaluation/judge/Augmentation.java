package io.diffusion4j.evaluation.judge;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import java.util.SplittableRandom;

/**
 * Random changes of a picture that preserve its concept: small rotation, stretching and
 * translation, colour shifts, blur, a hidden part, noise. It is not mirrored, since some drawings
 * differ only by mirroring.
 *
 * <p>Eight styles are few. Since no drawing appears twice in the same form, the judge learns to
 * recognise new drawings. Blur also makes it fair to pictures that were drawn small and enlarged.
 *
 * @param size height and width of the result in pixels
 */
record Augmentation(int size) {
  private static final double TURN = Math.toRadians(8);
  private static final double STRETCH = 0.08;
  private static final double ZOOM = 0.12;
  private static final double SHIFT = 0.05;
  private static final double GAIN = 0.15;
  private static final double BIAS = 0.08;

  /**
   * Returns a random variant of a picture.
   *
   * @param image square, of any size
   * @return {@code [size, size, 3]} in about [−1, 1]
   */
  float[] apply(Image image, SplittableRandom random) {
    float[] pixels = warped(image, random);
    if (random.nextDouble() < 0.5) {
      recolour(pixels, random);
    }
    if (random.nextDouble() < 0.3) {
      int small = random.nextInt(size / 2, size);
      var blurred = Resize.area(new Image(size, size, pixels), small, small);
      pixels = Resize.bilinear(blurred, size, size).pixels();
    }
    if (random.nextDouble() < 0.15) {
      hide(pixels, random);
    }
    if (random.nextDouble() < 0.15) {
      double sigma = 0.08 * random.nextDouble();
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] += (float) (sigma * random.nextGaussian());
      }
    }
    return pixels;
  }

  /**
   * Applies a random affine map about the centre, linear between pixels, with the rim repeated
   * outside.
   */
  private float[] warped(Image image, SplittableRandom random) {
    double turn = TURN * either(random);
    double zoom = 1 + ZOOM * either(random);
    double across = zoom * (1 + STRETCH * either(random));
    double down = zoom * (1 + STRETCH * either(random));
    double cos = Math.cos(turn) * image.width() / size;
    double sin = Math.sin(turn) * image.width() / size;
    double centreX = image.width() * (0.5 + SHIFT * either(random));
    double centreY = image.height() * (0.5 + SHIFT * either(random));
    float[] out = new float[3 * size * size];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        double u = (x + 0.5 - size / 2.0) * across;
        double v = (y + 0.5 - size / 2.0) * down;
        sample(image, centreX + cos * u - sin * v, centreY + sin * u + cos * v, out, y * size + x);
      }
    }
    return out;
  }

  private static void sample(Image image, double x, double y, float[] out, int pixel) {
    double u = Math.max(0, Math.min(image.width() - 1.001, x - 0.5));
    double v = Math.max(0, Math.min(image.height() - 1.001, y - 0.5));
    int left = (int) u;
    int top = (int) v;
    float right = (float) (u - left);
    float below = (float) (v - top);
    float[] in = image.pixels();
    int a = 3 * (top * image.width() + left);
    int b = a + 3 * image.width();
    for (int c = 0; c < 3; c++) {
      float upper = in[a + c] + right * (in[a + 3 + c] - in[a + c]);
      float lower = in[b + c] + right * (in[b + 3 + c] - in[b + c]);
      out[3 * pixel + c] = upper + below * (lower - upper);
    }
  }

  /** Changes brightness, contrast, saturation and white point. */
  private static void recolour(float[] pixels, SplittableRandom random) {
    double saturation = 0.7 + 0.6 * random.nextDouble();
    double[] gain = new double[3];
    double[] bias = new double[3];
    for (int c = 0; c < 3; c++) {
      gain[c] = 1 + GAIN * either(random);
      bias[c] = BIAS * either(random);
    }
    for (int i = 0; i < pixels.length; i += 3) {
      double grey = (pixels[i] + pixels[i + 1] + pixels[i + 2]) / 3;
      for (int c = 0; c < 3; c++) {
        double colour = grey + saturation * (pixels[i + c] - grey);
        pixels[i + c] = (float) Math.max(-1, Math.min(1, gain[c] * colour + bias[c]));
      }
    }
  }

  /** Hides a rectangle of up to two fifths of each side under one colour. */
  private void hide(float[] pixels, SplittableRandom random) {
    int width = random.nextInt(size / 10, 2 * size / 5);
    int height = random.nextInt(size / 10, 2 * size / 5);
    int left = random.nextInt(size - width);
    int top = random.nextInt(size - height);
    float[] colour = {(float) either(random), (float) either(random), (float) either(random)};
    for (int y = top; y < top + height; y++) {
      for (int x = left; x < left + width; x++) {
        System.arraycopy(colour, 0, pixels, 3 * (y * size + x), 3);
      }
    }
  }

  /** Uniform in [−1, 1). */
  private static double either(SplittableRandom random) {
    return 2 * random.nextDouble() - 1;
  }
}
