package io.diffusion4j.data.files;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The requested columns of a table of pictures.
 *
 * @param image the column of the pictures; null for the first default one that exists
 * @param caption the column of the captions; null for the first default one that exists, or else
 *     the only other one
 */
public record Columns(@Nullable String image, @Nullable String caption) {
  /** The default columns. */
  public static final Columns DEFAULT = new Columns(null, null);

  static final List<String> IMAGES = List.of("file_name", "filepath", "image_name", "image");
  static final List<String> CAPTIONS = List.of("text", "caption", "title");

  /**
   * Returns the column of the pictures.
   *
   * @throws IllegalArgumentException if it is not there
   */
  String image(String source, Collection<String> there) {
    return image(source, there, IMAGES);
  }

  /**
   * Returns the column of the pictures of a table.
   *
   * @param source the table, for messages
   * @param there the columns that may have pictures
   * @param defaults the default columns, of which the first existing one is used
   * @throws IllegalArgumentException if the column does not exist
   */
  public String image(String source, Collection<String> there, List<String> defaults) {
    return chosen(source, "image-column", image, defaults, there)
        .orElseThrow(() -> missing(source, "image-column", String.join(", ", defaults), there));
  }

  /**
   * Returns the column of the captions, if there is a suitable one.
   *
   * @param source the table, for messages
   * @param there the columns that may have captions
   * @param image the column of the pictures, which has none
   * @throws IllegalArgumentException if the requested column does not exist
   */
  public Optional<String> caption(String source, Collection<String> there, String image) {
    Optional<String> chosen = chosen(source, "caption-column", caption, CAPTIONS, there);
    List<String> others = new ArrayList<>(there);
    others.remove(image);
    return chosen.isEmpty() && others.size() == 1 ? Optional.of(others.get(0)) : chosen;
  }

  private static Optional<String> chosen(
      String source,
      String option,
      @Nullable String asked,
      List<String> defaults,
      Collection<String> there) {
    if (asked != null && !there.contains(asked)) {
      throw missing(source, option, asked, there);
    }
    return asked != null
        ? Optional.of(asked)
        : defaults.stream().filter(there::contains).findFirst();
  }

  private static IllegalArgumentException missing(
      String source, String option, String asked, Collection<String> there) {
    return new IllegalArgumentException(
        "%s: %s, which %s does not have (expected: one of %s)"
            .formatted(option, asked, source, String.join(", ", there)));
  }
}
