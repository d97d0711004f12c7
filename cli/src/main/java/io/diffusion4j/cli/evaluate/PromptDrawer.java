package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.console.Bars;
import io.diffusion4j.cli.options.OptionNames;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.serving.request.DirectRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Draws a picture of each prompt of a list, the i-th always from the same noise. */
record PromptDrawer(long seed, int batch, Bars bars) {
  List<Image> draw(ImagePipeline pipeline, List<String> prompts, SamplingOptions stages) {
    List<Image> drawn = new ArrayList<>(prompts.size());
    var settings =
        DirectRequest.settings(
            pipeline,
            ImageTask.of(prompts.get(0)),
            stages.byStage(pipeline.card()),
            OptionNames::of);
    try (var bar = bars.bar("evaluate", 0, prompts.size())) {
      for (int from = 0; from < prompts.size(); from += batch) {
        int to = Math.min(prompts.size(), from + batch);
        List<NoiseSource> noise =
            IntStream.range(from, to).<NoiseSource>mapToObj(i -> new PhiloxNoise(seed, i)).toList();
        var task =
            new ImageTask.TextToImage(
                prompts.subList(from, to).stream()
                    .map(text -> new ImageTask.Words(text, ""))
                    .toList());
        drawn.addAll(pipeline.draw(task, settings, noise, SamplingListener.NONE));
        bar.at(to, "");
      }
    }
    return drawn;
  }
}
