package io.diffusion4j.cli.options;

import io.diffusion4j.data.Preparation;
import picocli.CommandLine.Option;

/** The options for the cropping and resizing of pictures. */
public final class PreparationOptions {
  @Option(
      names = "--resize",
      paramLabel = "cover|contain|stretch",
      description =
          "The way to make pictures square: cover crops them, contain adds white, stretch distorts."
              + " Default: cover")
  private Preparation.Fit fit = Preparation.DEFAULT.fit();

  @Option(
      names = "--crop",
      paramLabel = "center|random",
      description = "The part that cover keeps. Default: center")
  private Preparation.Crop crop = Preparation.DEFAULT.crop();

  @Option(
      names = "--flip",
      description = "Mirror half of the pictures. Not for captions that mention left and right.")
  private boolean flip;

  /** Returns the requested preparation. */
  public Preparation preparation() {
    return new Preparation(fit, crop, flip);
  }
}
