package io.diffusion4j.unclip;

/** Converts an image's values between PyTorch's order and this project's. */
final class Channels {
  private Channels() {}

  /** Returns {@code [C, H, W]} as {@code [H, W, C]}, a new array. */
  static float[] last(float[] values, int channels) {
    int pixels = values.length / channels;
    float[] result = new float[values.length];
    for (int c = 0; c < channels; c++) {
      for (int p = 0; p < pixels; p++) {
        result[p * channels + c] = values[c * pixels + p];
      }
    }
    return result;
  }
}
