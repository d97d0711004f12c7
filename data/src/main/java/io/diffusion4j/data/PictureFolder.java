package io.diffusion4j.data;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The PNG and JPEG files of a folder, in the order of their names. The caption of {@code NAME.png}
 * is the text of {@code NAME.txt} beside it; a picture without such a file has no caption.
 *
 * @param folder the folder
 * @param files its pictures
 */
public record PictureFolder(Path folder, List<Path> files) implements PictureSet {
  private static final long MAX_PIXELS = 1L << 26;

  public PictureFolder {
    files = List.copyOf(files);
  }

  /**
   * Lists a folder.
   *
   * @param setting the name of the setting that the folder is the value of, for messages
   * @throws IllegalArgumentException if it is not a folder or has no pictures
   */
  public static PictureFolder of(String setting, Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(setting + ": " + folder + " (expected: a folder)");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> files = entries.filter(PictureFolder::isPicture).sorted().toList();
      if (files.isEmpty()) {
        throw new IllegalArgumentException(
            "%s: %s (expected: a folder with %s files)"
                .formatted(setting, folder, ImageFiles.formats()));
      }
      return new PictureFolder(folder, files);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the folder " + folder + ": " + e, e);
    }
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return Stream.of(".png", ".jpg", ".jpeg").anyMatch(name::endsWith);
  }

  @Override
  public String name() {
    return folder.toString();
  }

  @Override
  public long size() {
    return files.size();
  }

  @Override
  public String key(long index) {
    return file(index).getFileName().toString();
  }

  @Override
  public List<String> captions(long index) {
    String name = key(index);
    Path text = file(index).resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".txt");
    if (!Files.isRegularFile(text)) {
      return List.of();
    }
    try {
      return List.of(Files.readString(text).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the caption " + text + ": " + e, e);
    }
  }

  @Override
  public Image image(long index) {
    try {
      return ImageFiles.read(file(index), MAX_PIXELS);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private Path file(long index) {
    return files.get(Math.toIntExact(index));
  }
}
