package io.diffusion4j.cli.clip;

import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The pictures named on the command line. */
public final class PictureArguments {
  /** More pixels than any camera has. */
  private static final long MAX_PIXELS = 200_000_000;

  private static final List<String> SETS = List.of(".csv", ".tsv", ".jsonl", ".tar", ".parquet");

  private PictureArguments() {}

  /**
   * Opens picture files, or else folders, lists and shards.
   *
   * @throws IllegalArgumentException if they are neither, or a mixture
   */
  public static PictureSet open(List<String> paths) {
    return paths.stream().allMatch(PictureArguments::isPicture)
        ? new Single(paths)
        : PictureFiles.open("pictures", paths, Columns.DEFAULT);
  }

  private static boolean isPicture(String path) {
    String name = path.toLowerCase(Locale.ROOT);
    return Files.isRegularFile(Path.of(path)) && SETS.stream().noneMatch(name::endsWith);
  }

  /**
   * Reads a picture in a format that data sets may have; of an animation, the first frame.
   *
   * @throws IllegalArgumentException if there is no such file
   * @throws UncheckedIOException if it cannot be read
   */
  public static Image read(Path file) {
    Check.that(Files.isRegularFile(file), "picture", file, "a file");
    try {
      return ImageFiles.read(Files.readAllBytes(file), MAX_PIXELS, List.of("GIF"));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Files one by one, named by their paths. */
  private record Single(List<String> paths) implements PictureSet {
    @Override
    public String name() {
      return String.join(", ", paths);
    }

    @Override
    public long size() {
      return paths.size();
    }

    @Override
    public String key(long index) {
      return paths.get((int) index);
    }

    @Override
    public List<String> captions(long index) {
      return List.of();
    }

    @Override
    public Image image(long index) {
      return read(Path.of(key(index)));
    }
  }
}
