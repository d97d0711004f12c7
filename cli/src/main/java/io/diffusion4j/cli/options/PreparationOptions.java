package io.diffusion4j.cli.options;

import io.diffusion4j.data.Preparation;
import picocli.CommandLine.Option;

/** How pictures of any shape become squares. */
public final class PreparationOptions {
  @Option(
      names = "--resize",
      paramLabel = "cover|contain|stretch",
      description =
          "What becomes of pictures that are no squares: cover cuts off what sticks out, contain"
              + " adds white, stretch distorts. Default: cover")
  private Preparation.Fit fit = Preparation.USUAL.fit();

  @Option(
      names = "--crop",
      paramLabel = "center|random",
      description = "Which square cover cuts out. Default: center")
  private Preparation.Crop crop = Preparation.USUAL.crop();

  @Option(
      names = "--flip",
      description = "Mirror half of the pictures. Not for captions that tell left from right.")
  private boolean flip;

  public Preparation preparation() {
    return new Preparation(fit, crop, flip);
  }
}
