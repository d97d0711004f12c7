package io.diffusion4j.cli.generate;

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

/** Where images are written to: the file itself for one image, numbered ones beside it for more. */
record PngFiles(Path output, int inputs, int perInput, Optional<Path> sheet) {
  private static final String SUFFIX = ".png";

  /** Fails before any work is done if nothing could be written in the end. */
  void requireWritable() {
    for (int i = 0; i < count(); i++) {
      new OutputFile(file(i)).requireWritable();
    }
    sheet.ifPresent(path -> new OutputFile("sheet", path).requireWritable());
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

  /** Writes an image whole or not at all. */
  Path write(int index, byte[] png) {
    Path file = file(index);
    new OutputFile(file).write(png);
    return file;
  }

  /** Writes the sheet that was asked for, if one was, of the files as they are written. */
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
