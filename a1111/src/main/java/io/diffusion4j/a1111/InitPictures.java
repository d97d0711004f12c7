package io.diffusion4j.a1111;

import com.google.protobuf.ByteString;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.request.DecodingMemory;
import io.diffusion4j.serving.v1.InputImage;
import java.io.IOException;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The pictures of a request, stretched to the drawn size ("just resize"). */
final class InitPictures {
  private static final long MOST_PIXELS = 1L << 24;

  private InitPictures() {}

  /** Returns a picture of this size. */
  static InputImage picture(String field, byte[] file, int width, int height) {
    return read(field, file, width, height, UnaryOperator.identity());
  }

  /** Returns a mask of this size, white where the image is redrawn. */
  static InputImage mask(String field, byte[] file, int width, int height, boolean inverted) {
    return read(
        field, file, width, height, inverted ? InitPictures::invert : UnaryOperator.identity());
  }

  private static InputImage read(
      String field, byte[] file, int width, int height, UnaryOperator<Image> change) {
    try {
      long pixels = ImageFiles.pixels(file);
      if (pixels > MOST_PIXELS) {
        throw SdException.invalid(field, pixels + " pixels", "at most " + MOST_PIXELS);
      }
      byte[] png =
          DecodingMemory.SHARED.during(
              pixels,
              () -> {
                Image image = ImageFiles.read(file, MOST_PIXELS);
                boolean fits = image.width() == width && image.height() == height;
                Image resized = fits ? image : Resize.bicubic(image, width, height);
                return Png.encode(change.apply(resized), Map.of());
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
