package io.diffusion4j.cli.options;

import io.diffusion4j.data.Preparation;
import picocli.CommandLine.Option;

/** The options for the cropping and resizing of pictures. */
public final class PreparationOptions {
  @Option(
      names = "--resize",
      paramLabel = "cover|contain|stretch",
      description =
          "How pictures are made square: cover crops them, contain pads them with "
              + "white, stretch distorts them. Default: cover")
  private Preparation.Fit fit = Preparation.DEFAULT.fit();

  @Option(
      names = "--crop",
      paramLabel = "center|random",
      description = "The part of a picture that --resize cover keeps. Default: center")
  private Preparation.Crop crop = Preparation.DEFAULT.crop();

  @Option(
      names = "--flip",
      description =
          "Mirror a random half of the pictures. Not suitable for captions that "
              + "mention left or right.")
  private boolean flip;

  /** Returns the requested preparation. */
  public Preparation preparation() {
    return new Preparation(fit, crop, flip);
  }
}
