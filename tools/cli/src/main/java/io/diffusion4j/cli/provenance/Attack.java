package io.diffusion4j.cli.provenance;

import io.diffusion4j.diffusion.image.CompressedFormat;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import java.io.IOException;

/** A treatment of marked pictures, after which the watermark is searched for. */
enum Attack {
  NONE("nothing") {
    @Override
    Image on(Image image) {
      return image;
    }
  },
  JPEG_95("JPEG, quality 95") {
    @Override
    Image on(Image image) throws IOException {
      return jpeg(image, 0.95);
    }
  },
  JPEG_80("JPEG, quality 80") {
    @Override
    Image on(Image image) throws IOException {
      return jpeg(image, 0.80);
    }
  },
  JPEG_60("JPEG, quality 60") {
    @Override
    Image on(Image image) throws IOException {
      return jpeg(image, 0.60);
    }
  },
  HALF("half the size, and back") {
    @Override
    Image on(Image image) {
      Image half = Resize.bicubic(image, image.width() / 2, image.height() / 2);
      return Resize.bicubic(half, image.width(), image.height());
    }
  },
  CROPPED("a tenth cropped, top and left") {
    @Override
    Image on(Image image) {
      int left = image.width() / 10;
      int top = image.height() / 10;
      int width = image.width() - left;
      int height = image.height() - top;
      float[] pixels = new float[3 * width * height];
      for (int y = 0; y < height; y++) {
        int from = 3 * ((y + top) * image.width() + left);
        System.arraycopy(image.pixels(), from, pixels, 3 * y * width, 3 * width);
      }
      return new Image(width, height, pixels);
    }
  },
  BRIGHTER("brightness + 10 %") {
    @Override
    Image on(Image image) {
      return times(image, 1.1);
    }
  },
  DARKER("brightness − 10 %") {
    @Override
    Image on(Image image) {
      return times(image, 0.9);
    }
  };

  private final String words;

  Attack(String words) {
    this.words = words;
  }

  /** Describes the attack. */
  String words() {
    return words;
  }

  /** Attacks a picture. */
  abstract Image on(Image image) throws IOException;

  private static Image times(Image image, double factor) {
    float[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.min(1, (pixels[i] + 1) * factor - 1);
    }
    return Rgb8.of(new Image(image.width(), image.height(), pixels)).toImage();
  }

  private static Image jpeg(Image image, double quality) throws IOException {
    return ImageFiles.read(CompressedFormat.JPEG.encode(image, quality), VerifyCommand.MAX_PIXELS);
  }
}
