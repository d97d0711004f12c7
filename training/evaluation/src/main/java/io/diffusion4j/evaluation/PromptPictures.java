package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A model's pictures of prompts, one of each. The i-th prompt has the i-th noise of the seed.
 *
 * @param settings the sampling settings by stage name
 */
public record PromptPictures(
    ImagePipeline pipeline, Map<String, SamplingSettings> settings, List<String> prompts, long seed)
    implements GeneratedPictures {
  public PromptPictures {
    settings = Map.copyOf(settings);
    prompts = List.copyOf(prompts);
  }

  @Override
  public int size() {
    return prompts.size();
  }

  @Override
  public List<Image> draw(int from, int to) {
    List<NoiseSource> noise =
        IntStream.range(from, to).<NoiseSource>mapToObj(i -> new PhiloxNoise(seed, i)).toList();
    var task =
        new ImageTask.TextToImage(
            prompts.subList(from, to).stream().map(text -> new ImageTask.Words(text, "")).toList());
    return pipeline.draw(task, settings, noise, SamplingListener.NONE);
  }
}
