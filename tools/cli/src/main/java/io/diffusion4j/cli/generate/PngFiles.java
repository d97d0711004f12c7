package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The files for images, in the order of their inputs.
 *
 * @param files each with a name of its own, or the standard output
 * @param perInput the number of consecutive images of one input
 * @param sheet a further file with all images side by side
 */
record PngFiles(List<Path> files, int perInput, Optional<Path> sheet) {
  private static final String SUFFIX = ".png";
  private static final int LONGEST_NAME = 80;

  /** File systems take 255 bytes, with the seed and the ending. */
  private static final int LONGEST_BYTES = 160;

  private static final int MAX_IMAGES = 100_000;

  /**
   * Returns the named file for one image; for several, numbered files: {@code apple-1.png} and so
   * on.
   */
  static PngFiles numbered(Path output, int inputs, int perInput, Optional<Path> sheet) {
    int count = count(inputs, perInput);
    if (count == 1 || new OutputFile(output).isStandardOutput()) {
      return new PngFiles(Collections.nCopies(count, output), perInput, sheet);
    }
    String name = output.toString();
    boolean hasSuffix = name.toLowerCase(Locale.ROOT).endsWith(SUFFIX);
    int stem = hasSuffix ? name.length() - SUFFIX.length() : name.length();
    List<Path> files =
        IntStream.rangeClosed(1, count)
            .mapToObj(i -> Path.of(name.substring(0, stem) + "-" + i + name.substring(stem)))
            .toList();
    return new PngFiles(files, perInput, sheet);
  }

  private static int count(int inputs, int perInput) {
    long count = (long) inputs * perInput;
    Check.that(count <= MAX_IMAGES, "count", count + " images", "at most %s", MAX_IMAGES);
    return (int) count;
  }

  /**
   * Returns files in a folder, named after their contents: {@code a-red-apple-7.png} for a seed of
   * 7. Files that would have the same name are numbered.
   *
   * @param seed the seed in the names; empty for images that no seed reproduces
   */
  static PngFiles named(
      Path folder, List<String> inputs, Optional<Long> seed, int perInput, Optional<Path> sheet) {
    count(inputs.size(), perInput);
    List<String> stems =
        inputs.stream()
            .map(input -> stem(input) + seed.map(s -> "-" + Long.toUnsignedString(s)).orElse(""))
            .flatMap(stem -> Collections.nCopies(perInput, stem).stream())
            .toList();
    Map<String, Integer> alike = new HashMap<>();
    stems.forEach(stem -> alike.merge(stem, 1, Integer::sum));
    Map<String, Integer> numbers = new HashMap<>();
    List<Path> files = new ArrayList<>();
    for (String stem : stems) {
      boolean isAlone = alike.getOrDefault(stem, 0) == 1;
      String number = isAlone ? "" : "-" + numbers.merge(stem, 1, Integer::sum);
      files.add(folder.resolve(stem + number + SUFFIX));
    }
    return new PngFiles(List.copyOf(files), perInput, sheet);
  }

  /** Returns the letters and digits of a text, as a file name of bounded length. */
  private static String stem(String text) {
    String words =
        text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-").replaceAll("^-|-$", "");
    int[] first = words.codePoints().limit(LONGEST_NAME).toArray();
    String stem = new String(first, 0, first.length);
    for (int n = first.length; stem.getBytes(StandardCharsets.UTF_8).length > LONGEST_BYTES; ) {
      stem = new String(first, 0, --n);
    }
    return stem.isEmpty() ? "image" : stem;
  }

  /** Whether the image goes to the standard output, which must then be free of messages. */
  boolean isStandardOutput() {
    return new OutputFile(files.get(0)).isStandardOutput();
  }

  /** Checks before any work is done that the files can be written. */
  void requireWritable() {
    Check.that(
        count() == 1 || !isStandardOutput(),
        "output",
        files.get(0) + " for " + count() + " images",
        "the name of a file");
    for (int i = 0; i < count(); i++) {
      new OutputFile(file(i)).requirePng();
    }
    sheet.ifPresent(path -> new OutputFile("sheet", path).requirePng());
    sheet.ifPresent(path -> requireOther("sheet", path));
  }

  /** Refuses a file that one of the images would be written to. */
  void requireOther(String name, Path path) {
    Path other = path.toAbsolutePath().normalize();
    Check.that(
        files.stream().noneMatch(file -> file.toAbsolutePath().normalize().equals(other)),
        name,
        path,
        "another file than --output");
  }

  private int count() {
    return files.size();
  }

  /** Returns the number of inputs. */
  int inputs() {
    return count() / perInput;
  }

  /** Returns the file of image {@code index}, counted from 0. */
  Path file(int index) {
    return files.get(index);
  }

  /** Writes an image atomically. */
  Path write(int index, byte[] png) {
    Path file = file(index);
    new OutputFile(file).write(png);
    return file;
  }

  /**
   * Writes the sheet of the images, if requested and if there are any.
   *
   * @param written the files of the images
   */
  Optional<Path> writeSheet(Collection<byte[]> written) throws IOException {
    if (sheet.isEmpty() || written.isEmpty()) {
      return Optional.empty();
    }
    List<Image> images = new ArrayList<>(count());
    for (byte[] png : written) {
      images.add(ImageFiles.read(png, Integer.MAX_VALUE));
    }
    new OutputFile("sheet", sheet.get())
        .write(Png.encode(ContactSheet.of(images, columns()), Map.of()));
    return sheet;
  }

  /**
   * Returns the columns of a nearly square sheet, with the images of an input in one row if the
   * sheet is not wider then.
   */
  private int columns() {
    int side = (int) Math.ceil(Math.sqrt(count()));
    return perInput >= side ? side : (side + perInput - 1) / perInput * perInput;
  }
}
