package io.diffusion4j.decoder;

import io.diffusion4j.diffusion.image.Image;

/** Gaussian blur with a kernel of three pixels, the edge repeated. */
final class Blur {
  private Blur() {}

  static Image gaussian3(Image image, double sigma) {
    double side = StrictMath.exp(-1 / (2 * sigma * sigma));
    float centre = (float) (1 / (1 + 2 * side));
    float neighbour = (float) (side / (1 + 2 * side));
    int w = image.width();
    int h = image.height();
    float[] across = pass(image.pixels(), w, h, 3, 3 * w, centre, neighbour);
    return new Image(w, h, pass(across, h, w, 3 * w, 3, centre, neighbour));
  }

  /** One pass along lines of {@code length} pixels, {@code step} values apart. */
  private static float[] pass(
      float[] in, int length, int lines, int step, int lineStep, float centre, float neighbour) {
    float[] out = new float[in.length];
    for (int line = 0; line < lines; line++) {
      for (int i = 0; i < length; i++) {
        int at = line * lineStep + i * step;
        int before = i == 0 ? at : at - step;
        int after = i == length - 1 ? at : at + step;
        for (int c = 0; c < 3; c++) {
          out[at + c] = centre * in[at + c] + neighbour * (in[before + c] + in[after + c]);
        }
      }
    }
    return out;
  }
}
