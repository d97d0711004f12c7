package io.diffusion4j.nn.reference;

/**
 * The pixels that a convolution sees: {@code [B, H, W, C]} images as {@code [B·H'·W', k·k·C]} rows.
 */
record Windows(
    int batch, int height, int width, int channels, int kernel, int stride, int pad, int padEnd) {
  int outHeight() {
    return (height + pad + padEnd - kernel) / stride + 1;
  }

  int outWidth() {
    return (width + pad + padEnd - kernel) / stride + 1;
  }

  int rows() {
    return batch * outHeight() * outWidth();
  }

  int columns() {
    return channels * kernel * kernel;
  }

  /** The rows of an image batch; zeros beyond the edges. */
  double[] gather(double[] image) {
    double[] rows = new double[rows() * columns()];
    each((at, pixel) -> rows[at] = image[pixel]);
    return rows;
  }

  /** The gradient of the image batch from that of its rows. */
  double[] scattered(double[] rows) {
    double[] image = new double[batch * height * width * channels];
    each((at, pixel) -> image[pixel] += rows[at]);
    return image;
  }

  private interface Pair {
    void visit(int at, int pixel);
  }

  private void each(Pair pair) {
    int row = 0;
    for (int b = 0; b < batch; b++) {
      for (int y = 0; y < outHeight(); y++) {
        for (int x = 0; x < outWidth(); x++, row++) {
          for (int i = 0; i < kernel * kernel; i++) {
            int atY = y * stride - pad + i / kernel;
            int atX = x * stride - pad + i % kernel;
            if (atY >= 0 && atY < height && atX >= 0 && atX < width) {
              for (int c = 0; c < channels; c++) {
                pair.visit(
                    row * columns() + i * channels + c,
                    ((b * height + atY) * width + atX) * channels + c);
              }
            }
          }
        }
      }
    }
  }
}
