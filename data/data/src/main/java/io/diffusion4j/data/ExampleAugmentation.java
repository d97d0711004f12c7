package io.diffusion4j.data;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.spi.PluginPoint;
import java.util.SplittableRandom;

/** A random change of training examples. */
@FunctionalInterface
@PluginPoint(value = "augmentation", expected = "an example with a picture of the same size")
public interface ExampleAugmentation {
  /** No change. */
  ExampleAugmentation NONE = (example, random) -> example;

  /**
   * Returns a changed example, whose picture has the same size.
   *
   * @param random depends on the example's number only, so a resumed run gets the same pictures
   */
  CaptionedImage apply(CaptionedImage example, SplittableRandom random);
}
