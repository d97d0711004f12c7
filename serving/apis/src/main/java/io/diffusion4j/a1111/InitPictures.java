package io.diffusion4j.a1111;

import com.google.protobuf.ByteString;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.request.DecodingMemory;
import io.diffusion4j.serving.v1.InputImage;
import java.io.IOException;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The pictures of a request.
 *
 * @param mode how they are brought to the drawn size
 * @param width the width of the drawn size
 * @param height the height of the drawn size
 */
record InitPictures(ResizeMode mode, int width, int height) {
  private static final long MAX_PIXELS = 1L << 24;

  /** Returns a picture in the drawn size. */
  InputImage picture(String field, byte[] file) {
    return read(field, file, UnaryOperator.identity());
  }

  /** Returns a mask in the drawn size, white where the image is redrawn. */
  InputImage mask(String field, byte[] file, boolean inverted) {
    return read(field, file, inverted ? InitPictures::invert : UnaryOperator.identity());
  }

  private InputImage read(String field, byte[] file, UnaryOperator<Image> change) {
    try {
      long pixels = ImageFiles.pixels(file);
      if (pixels > MAX_PIXELS) {
        throw SdException.invalid(field, pixels + " pixels", "at most " + MAX_PIXELS);
      }
      byte[] png =
          DecodingMemory.SHARED.during(
              pixels,
              () -> {
                Image image = ImageFiles.read(file, MAX_PIXELS);
                return Png.encode(change.apply(mode.apply(image, width, height)), Map.of());
              });
      return InputImage.newBuilder().setData(ByteString.copyFrom(png)).build();
    } catch (IOException e) {
      throw SdException.invalid(
          field, Errors.quote(String.valueOf(e.getMessage())), ImageFiles.formats() + " in base64");
    }
  }

  private static Image invert(Image mask) {
    float[] pixels = mask.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = -pixels[i];
    }
    return new Image(mask.width(), mask.height(), pixels);
  }
}
