package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The files for images: the named file for one image, numbered files beside it for several. */
record PngFiles(Path output, int inputs, int perInput, Optional<Path> sheet) {
  private static final String SUFFIX = ".png";

  /** The endings of unsupported formats. */
  private static final List<String> OTHERS =
      List.of(".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".svg");

  /** Whether the image goes to the standard output, which must then be free of messages. */
  boolean isStandardOutput() {
    return new OutputFile(output).isStandardOutput();
  }

  /** Checks before any work is done that the files can be written. */
  void requireWritable() {
    Check.that(
        count() == 1 || !isStandardOutput(),
        "output",
        output + " for " + count() + " images",
        "the name of a file");
    for (int i = 0; i < count(); i++) {
      requireWritable(new OutputFile(file(i)));
    }
    sheet.ifPresent(path -> requireWritable(new OutputFile("sheet", path)));
  }

  /** Fails if the file cannot be written, or its name has the ending of another format. */
  static void requireWritable(OutputFile file) {
    String name = file.path().toString().toLowerCase(Locale.ROOT);
    if (OTHERS.stream().anyMatch(name::endsWith)) {
      throw file.refused("a name that ends in " + SUFFIX);
    }
    file.requireWritable();
  }

  private int count() {
    return inputs * perInput;
  }

  /** The file of image {@code index}, counted from 0: {@code apple.png}, or {@code apple-1.png}. */
  Path file(int index) {
    if (count() == 1) {
      return output;
    }
    String name = output.toString();
    boolean hasSuffix = name.toLowerCase(Locale.ROOT).endsWith(SUFFIX);
    int stem = hasSuffix ? name.length() - SUFFIX.length() : name.length();
    return Path.of(name.substring(0, stem) + "-" + (index + 1) + name.substring(stem));
  }

  /** Writes an image atomically. */
  Path write(int index, byte[] png) {
    Path file = file(index);
    new OutputFile(file).write(png);
    return file;
  }

  /** Writes the sheet of all images, if requested. */
  Optional<Path> writeSheet() throws IOException {
    if (sheet.isPresent()) {
      List<Image> images = new ArrayList<>(count());
      for (int i = 0; i < count(); i++) {
        images.add(ImageFiles.read(file(i), Integer.MAX_VALUE));
      }
      byte[] png = Png.encode(ContactSheet.of(images, columns()), Map.of());
      new OutputFile("sheet", sheet.get()).write(png);
    }
    return sheet;
  }

  /** About a square, with the images of an input in one row if that is not wider. */
  private int columns() {
    int side = (int) Math.ceil(Math.sqrt(count()));
    return perInput >= side ? side : (side + perInput - 1) / perInput * perInput;
  }
}
