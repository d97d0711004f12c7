package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.console.Bars;
import io.diffusion4j.cli.options.StageOptionsGroup;
import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.TextToImage;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.evaluation.PromptSet;
import io.diffusion4j.local.LocalModel;
import io.diffusion4j.prior.DiffusionPrior;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Draws a picture of each prompt of a list, the i-th always from the same noise.
 *
 * @param seed of the noise
 * @param batch how many are drawn at once
 * @param err where the bar is
 */
record PromptDrawer(long seed, int batch, PrintWriter err) {
  List<Image> draw(LocalModel model, PromptSet prompts, StageOptionsGroup stages) {
    List<Image> drawn = new ArrayList<>(prompts.size());
    TextToImage pipeline = model.textToImage();
    try (var bar = Bars.of(err).bar("evaluate", 0, prompts.size())) {
      for (int from = 0; from < prompts.size(); from += batch) {
        int to = Math.min(prompts.size(), from + batch);
        List<NoiseSource> noise =
            IntStream.range(from, to).<NoiseSource>mapToObj(i -> new PhiloxNoise(seed, i)).toList();
        var request =
            new TextToImage.Request(
                prompts.texts().subList(from, to),
                "",
                noise,
                model.settings(DiffusionPrior.STAGE, stages.byStage()),
                model.settings(DiffusionDecoder.STAGE, stages.byStage()),
                model.settings(DiffusionUpsampler.STAGE, stages.byStage()));
        drawn.addAll(pipeline.generate(request, SamplingListener.NONE).images());
        bar.at(to, "");
      }
    }
    return drawn;
  }
}
