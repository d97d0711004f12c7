package io.diffusion4j.cli;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.tf.train.CaptionedImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The PNG and JPEG files of a folder, in the order of their names, each with the text of the file
 * beside it that ends in {@code .txt}, or without words. The middle square of a picture is taken.
 */
record PictureFolder(Path folder, List<Path> files) implements CaptionedImages {
  private static final long MAX_PIXELS = 1L << 26;

  /**
   * Lists a folder.
   *
   * @throws IllegalArgumentException if it is no folder or has no pictures
   */
  static PictureFolder of(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("images: " + folder + " (expected: a folder)");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> files = entries.filter(PictureFolder::isPicture).sorted().toList();
      if (files.isEmpty()) {
        throw new IllegalArgumentException(
            "images: " + folder + " (expected: a folder with " + ImageFiles.formats() + " files)");
      }
      return new PictureFolder(folder, files);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the folder " + folder + ": " + e, e);
    }
  }

  /**
   * How many pictures to take.
   *
   * @param count as asked for, null for all
   * @throws IllegalArgumentException if there are fewer
   */
  int size(@Nullable Integer count) {
    if (count != null && count > files.size()) {
      throw new IllegalArgumentException(
          "count: %d (expected: at most the %d of %s)".formatted(count, files.size(), folder));
    }
    return count != null ? count : files.size();
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return Stream.of(".png", ".jpg", ".jpeg").anyMatch(name::endsWith);
  }

  @Override
  public CaptionedImage get(long index) {
    Path file = files.get(Math.toIntExact(index));
    try {
      return new CaptionedImage(square(ImageFiles.read(file, MAX_PIXELS)), caption(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private static Image square(Image image) {
    int side = Math.min(image.width(), image.height());
    int left = (image.width() - side) / 2;
    int top = (image.height() - side) / 2;
    // At its own size, every pixel is itself.
    return Resize.bicubic(
            Rgb8.of(image), image.width(), image.height(), new Resize.Region(left, top, side, side))
        .toImage();
  }

  private static String caption(Path file) throws IOException {
    String name = file.getFileName().toString();
    Path text = file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".txt");
    return Files.isRegularFile(text) ? Files.readString(text).strip() : "";
  }
}
