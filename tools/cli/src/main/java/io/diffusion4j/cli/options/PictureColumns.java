package io.diffusion4j.cli.options;

import io.diffusion4j.data.files.Columns;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The columns of lists of pictures. */
public final class PictureColumns {
  @Option(
      names = "--image-column",
      paramLabel = "NAME",
      description =
          "The column of a list with the paths. Default: the first of file_name, filepath,"
              + " image_name and image that exists")
  private @Nullable String image;

  @Option(
      names = "--caption-column",
      paramLabel = "NAME",
      description =
          "The column of a list, or the field of a sample's JSON, with the captions. Default: the"
              + " first of text, caption and title that exists, or a list's only other column")
  private @Nullable String caption;

  /** Returns the requested columns. */
  public Columns columns() {
    return new Columns(image, caption);
  }
}
