package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.extension.Plotter;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.Stage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Records how images emerge: the estimates x̂₀ of all of them after each step of the stages that
 * draw pixels, enlarged to the size of the last stage.
 */
final class Emergence implements SamplingListener {
  /** The durations of a frame and of the last one, in hundredths of a second. */
  private static final int FRAME = 20;

  private static final int LAST_FRAME = 200;

  private final ModelCard card;
  private final SamplingListener next;
  private final Pixels last;
  private final List<Rgb8> frames = new ArrayList<>();

  /**
   * Creates an empty recording.
   *
   * @param next gets the same progress
   */
  Emergence(ModelCard card, SamplingListener next) {
    this.card = card;
    this.next = next;
    this.last =
        card.stages().stream()
            .map(Stage::draws)
            .filter(Pixels::areDrawn)
            .reduce((first, second) -> second)
            .orElse(Pixels.NONE);
  }

  @Override
  public void onProgress(Progress at) {
    next.onProgress(at);
    Pixels draws = card.stage(at.stage()).map(Stage::draws).orElse(Pixels.NONE);
    if (at.step() > 0 && draws.areDrawn()) {
      Pixels size = at.size().or(draws);
      List<Image> images = at.x0().stream().map(x0 -> enlarged(size, x0)).toList();
      frames.add(Rgb8.of(ContactSheet.of(images)));
    }
  }

  private Image enlarged(Pixels size, float[] x0) {
    var image = new Image(size.width(), size.height(), x0.clone());
    return size.width() < last.width() ? Resize.bicubic(image, last.width(), last.height()) : image;
  }

  /** Writes the recording. */
  void write(String option, Path file) {
    Plotter.of(option, file).animate(option, file, frames, FRAME, LAST_FRAME);
  }
}
