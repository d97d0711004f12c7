package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.console.Bars;
import io.diffusion4j.cli.options.OptionNames;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.evaluation.PromptPictures;
import io.diffusion4j.serving.request.DirectRequest;
import java.util.ArrayList;
import java.util.List;

/** Draws a picture of each prompt of a list, in batches. */
record PromptDrawer(long seed, int batch, Bars bars) {
  List<Image> draw(ImagePipeline pipeline, List<String> prompts, SamplingOptions stages) {
    List<Image> drawn = new ArrayList<>(prompts.size());
    var settings =
        DirectRequest.settings(
            pipeline,
            ImageTask.of(prompts.get(0)),
            stages.byStage(pipeline.card()),
            OptionNames::of);
    var pictures = new PromptPictures(pipeline, settings, prompts, seed);
    try (var bar = bars.bar("evaluate", 0, prompts.size())) {
      for (int from = 0; from < prompts.size(); from += batch) {
        int to = Math.min(prompts.size(), from + batch);
        drawn.addAll(pictures.draw(from, to));
        bar.at(to, "");
      }
    }
    return drawn;
  }
}
