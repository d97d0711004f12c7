package io.diffusion4j.data.files;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A file format with a picture in each row. Implementations are found by the {@link ServiceLoader},
 * so the libraries of a reader are only on the class path of applications that need them.
 */
public interface PictureTable {
  /** Returns the extension of its files, such as {@code .parquet}, in lower case. */
  String extension();

  /**
   * Returns the pictures of a file, which are not read yet.
   *
   * @param file the file of this format, as an absolute path
   * @param root the folder that paths stay inside and keys are relative to
   * @throws IllegalArgumentException if the file is not as it should be
   */
  List<Entry> entries(Path file, Path root, Columns columns) throws IOException;

  /** Whether a file has the extension of a table, in upper or lower case. */
  static boolean isTable(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(".parquet");
  }

  /**
   * Returns the format of a file.
   *
   * @throws IllegalArgumentException if nothing on the class path reads it
   */
  static PictureTable of(String setting, Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return ServiceProviders.of(PictureTable.class).stream()
        .filter(table -> name.endsWith(table.extension()))
        .findFirst()
        .orElseThrow(
            () ->
                Check.refusal(setting, file, "a reader on the class path, such as parquet-floor"));
  }
}
