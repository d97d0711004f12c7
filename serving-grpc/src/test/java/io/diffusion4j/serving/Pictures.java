package io.diffusion4j.serving;

import com.google.protobuf.ByteString;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.serving.v1.InputImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;

/** Pictures for requests. */
final class Pictures {
  private Pictures() {}

  /** Random levels of eight bits. */
  static Image random(int seed, int width, int height) {
    float[] pixels = new PhiloxNoise(seed, 0).gaussian("picture", 0, 3 * width * height);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(-1, Math.min(1, 0.4f * pixels[i]));
    }
    return Rgb8.of(new Image(width, height, pixels)).toImage();
  }

  static Image random(int seed) {
    return random(seed, ToyModel.LARGE, ToyModel.LARGE);
  }

  /** White from column {@code from} on, black before. */
  static Image whiteFrom(int from, int side) {
    float[] pixels = new float[3 * side * side];
    Arrays.fill(pixels, -1);
    for (int y = 0; y < side; y++) {
      for (int i = 3 * from; i < 3 * side; i++) {
        pixels[3 * side * y + i] = 1;
      }
    }
    return new Image(side, side, pixels);
  }

  static InputImage file(Image image) {
    return file(Png.encode(image, Map.of()));
  }

  static InputImage file(byte[] bytes) {
    return InputImage.newBuilder().setData(ByteString.copyFrom(bytes)).build();
  }

  static Image decoded(ByteString file) {
    try {
      return ImageFiles.read(file.toByteArray(), 1 << 20);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
