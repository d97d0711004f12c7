package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.console.ProgressBars;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.evaluation.GeneratedPictures;
import io.diffusion4j.evaluation.PromptPictures;
import java.util.ArrayList;
import java.util.List;

/** Draws lists of pictures in batches. */
record PromptDrawer(long seed, int batch, ProgressBars bars) {
  /** Draws a picture of each prompt. */
  List<Image> draw(ImagePipeline pipeline, List<String> prompts, SamplingOptions stages) {
    var settings = stages.settings(pipeline, ImageTask.of(prompts.get(0)));
    return draw("evaluate", new PromptPictures(pipeline, settings, prompts, seed));
  }

  /**
   * Draws all pictures of a list.
   *
   * @param name the name of the progress bar
   */
  List<Image> draw(String name, GeneratedPictures pictures) {
    List<Image> drawn = new ArrayList<>(pictures.size());
    try (var bar = bars.bar(name, 0, pictures.size())) {
      for (int from = 0; from < pictures.size(); from += batch) {
        int to = Math.min(pictures.size(), from + batch);
        drawn.addAll(pictures.draw(from, to));
        bar.at(to, "");
      }
    }
    return drawn;
  }
}
