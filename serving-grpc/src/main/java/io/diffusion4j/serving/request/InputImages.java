package io.diffusion4j.serving.request;

import com.google.protobuf.ByteString;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.v1.InputImage;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** The images that clients send: how large they may be, and what is read of them. */
public final class InputImages {
  /** No file is larger. */
  public static final int MAX_BYTES = 4 << 20;

  /** No image has more pixels, by its header. */
  static final long MAX_PIXELS = 1 << 24;

  /** More pixels a side are not read, unless a model draws as many. */
  public static final int MAX_SIDE = 512;

  private InputImages() {}

  /**
   * The canonical form of an image: its {@link #canonical} file.
   *
   * @param width of the original image, in pixels
   * @param height of the original image, in pixels
   */
  public record Taken(int width, int height, InputImage file) {}

  /**
   * Decodes an image, and keeps as much of it as is read. Takes a while, and memory, for which it
   * waits.
   *
   * @param field the path of the message in the request
   * @param maxSide the most pixels a side that are kept
   * @return nothing if there is a violation
   * @throws io.grpc.StatusRuntimeException if there is not as much memory
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
      long pixels = Math.min(ImageFiles.pixels(bytes), MAX_PIXELS); // more are not decoded
      return Optional.of(DecodingMemory.SHARED.during(pixels, () -> taken(bytes, maxSide)));
    } catch (IOException e) {
      violations.add(path, e);
      return Optional.empty();
    }
  }

  private static Taken taken(byte[] bytes, int maxSide) throws IOException {
    Image image = ImageFiles.read(bytes, MAX_PIXELS);
    return new Taken(image.width(), image.height(), canonical(image, maxSide));
  }

  /**
   * The file that stands for an image in the plan and in recipes: what is read of it, and nothing
   * else. That of such a file is the file itself.
   *
   * @param maxSide the most pixels a side
   */
  public static InputImage canonical(Image image, int maxSide) {
    byte[] png = Png.encode(reduced(image, maxSide), Map.of());
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

  /** The image of a {@link #canonical} file. */
  public static Image ofCanonical(InputImage file) {
    try {
      return ImageFiles.read(file.getData().toByteArray(), MAX_PIXELS);
    } catch (IOException e) {
      throw new IllegalStateException("a file that was written here can be read", e);
    }
  }
}
