package io.diffusion4j.serving.request;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.v1.InputImage;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** The limits and the decoding of images that clients send. */
public final class InputImages {
  /** The largest size of a file in bytes. */
  public static final int MAX_BYTES = 4 << 20;

  /** The largest number of pixels of an image, by its header. */
  static final long MAX_PIXELS = 1 << 24;

  /** The same of WebP, whose decoder is slow. */
  private static final long MAX_WEBP_PIXELS = 1 << 22;

  /** The side in pixels to which larger images are reduced, unless a model draws larger ones. */
  public static final int MAX_SIDE = 512;

  private InputImages() {}

  /**
   * An accepted image.
   *
   * @param width the width of the original image, in pixels
   * @param height the height of the original image, in pixels
   * @param file the {@link #canonical} file of the image
   * @param image the pixels in that file
   */
  public record Taken(int width, int height, InputImage file, Image image) {}

  /**
   * Decodes an image and reduces it to its canonical form. Blocks while {@link DecodingMemory} has
   * no room for the image.
   *
   * @param field the path of the message in the request
   * @param given the image as received
   * @param maxSide the longer side in pixels to which larger images are reduced
   * @param violations the list to which faults of the image are added
   * @return the image; empty if there is a violation
   * @throws io.grpc.StatusRuntimeException if the image needs more memory than the limit
   */
  public static Optional<Taken> take(
      String field, InputImage given, int maxSide, Violations violations) {
    String path = field + ".data";
    if (given.getSourceCase() != InputImage.SourceCase.DATA || given.getData().isEmpty()) {
      violations.add(path, "none", "a " + ImageFiles.formats() + " file");
      return Optional.empty();
    }
    ByteString data = given.getData();
    if (data.size() > MAX_BYTES) {
      violations.add(path, data.size() + " bytes", "at most " + MAX_BYTES + " bytes");
      return Optional.empty();
    }
    try {
      byte[] bytes = data.toByteArray();
      long most = maxPixels(bytes);
      long pixels = Math.min(ImageFiles.pixels(bytes), most); // read rejects more
      return Optional.of(DecodingMemory.SHARED.during(pixels, () -> taken(bytes, most, maxSide)));
    } catch (IOException e) {
      violations.add(path, e);
      return Optional.empty();
    }
  }

  /** Returns the largest number of pixels that is decoded of a file, by its format. */
  public static long maxPixels(byte[] file) {
    boolean webp = file.length > 12 && new String(file, 8, 4, ISO_8859_1).equals("WEBP");
    return webp ? MAX_WEBP_PIXELS : MAX_PIXELS;
  }

  private static Taken taken(byte[] bytes, long most, int maxSide) throws IOException {
    Image image = ImageFiles.read(bytes, most);
    Image pixels = Rgb8.of(reduced(image, maxSide)).toImage();
    return new Taken(image.width(), image.height(), file(pixels), pixels);
  }

  /**
   * Returns the file that represents an image in plans and recipes: its pixels as the model reads
   * them, without metadata. The canonical file of a canonical file is the same file.
   *
   * @param maxSide the longer side in pixels to which larger images are reduced
   */
  public static InputImage canonical(Image image, int maxSide) {
    return file(reduced(image, maxSide));
  }

  private static InputImage file(Image image) {
    byte[] png = Png.encode(image, Map.of());
    return InputImage.newBuilder().setData(ByteString.copyFrom(png)).build();
  }

  private static Image reduced(Image image, int maxSide) {
    int longer = Math.max(image.width(), image.height());
    if (longer <= maxSide) {
      return image;
    }
    double scale = (double) maxSide / longer;
    return Resize.area(
        image,
        Math.max(1, (int) Math.round(scale * image.width())),
        Math.max(1, (int) Math.round(scale * image.height())));
  }

  /** Decodes a {@link #canonical} file. */
  public static Image ofCanonical(InputImage file) {
    try {
      return ImageFiles.read(file.getData().toByteArray(), MAX_PIXELS);
    } catch (IOException e) {
      throw new IllegalStateException("a canonical file cannot be read", e);
    }
  }
}
