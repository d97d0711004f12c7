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
          "The column of a list that contains the picture paths. Default: the first "
              + "existing column of file_name, filepath, image_name and image")
  private @Nullable String image;

  @Option(
      names = "--caption-column",
      paramLabel = "NAME",
      description =
          "The column of a list, or the field of a sample's JSON, that contains the "
              + "captions. Default: the first existing one of text, caption and title; "
              + "in a list of two columns, the one without paths")
  private @Nullable String caption;

  /** Returns the requested columns. */
  public Columns columns() {
    return new Columns(image, caption);
  }
}
