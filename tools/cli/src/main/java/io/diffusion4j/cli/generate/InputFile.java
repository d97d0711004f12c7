package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.serving.request.InputImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The input image of a request, from a file. */
final class InputFile {
  /** More pixels than any camera has. */
  static final long MAX_PIXELS = 200_000_000;

  /** The size to which larger images are reduced; no model draws more. */
  private static final int MAX_SIDE = 1024;

  private InputFile() {}

  /** Checks before any work is done that the file is a picture. */
  static void check(String name, Path file) {
    Check.that(Files.isRegularFile(file), name, file, "a file");
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
    try {
      ImageFiles.pixels(bytes);
    } catch (IOException | IllegalArgumentException e) {
      throw Check.refusal(name, file, "a PNG, JPEG or WebP picture");
    }
  }

  /** Checks before any work is done that a picture has the size of the image it belongs to. */
  static void checkSize(String name, Path file, Path image) throws IOException {
    String size = size(file);
    String expected = size(image);
    Check.that(size.equals(expected), name, size, "%s, the size of the image", expected);
  }

  private static String size(Path file) throws IOException {
    Image image = ImageFiles.read(file, MAX_PIXELS);
    return image.width() + "×" + image.height() + " pixels";
  }

  /** Returns the unchanged file, or a reduced image if it is too large for a request. */
  static byte[] read(Path file) throws IOException {
    return read(file, file);
  }

  /** Returns the same of a file whose size must stay that of another file. */
  static byte[] read(Path file, Path other) throws IOException {
    return Math.max(Files.size(file), Files.size(other)) <= InputImages.MAX_BYTES
        ? Files.readAllBytes(file)
        : InputImages.canonical(ImageFiles.read(file, MAX_PIXELS), MAX_SIDE)
            .getData()
            .toByteArray();
  }
}
