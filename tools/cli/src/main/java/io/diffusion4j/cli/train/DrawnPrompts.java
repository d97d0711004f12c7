package io.diffusion4j.cli.train;

import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.request.DirectGenerator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Draws prompts with the model of a folder, each always from the same noise. */
final class DrawnPrompts implements AutoCloseable {
  private final Plugins plugins;
  private final OpenPipeline open;

  /**
   * Opens a model.
   *
   * @param updates folders of low-rank updates of its weights
   */
  DrawnPrompts(Path model, List<Path> updates, Residency residency) {
    var how =
        ModelOptions.opening(residency, Optional.empty())
            .withLoras(
                updates.stream().map(file -> new LoraChoice(file.toString(), file, 1)).toList());
    plugins = Plugins.of(List.of());
    open = OpenPipeline.of(model, how, plugins);
  }

  /**
   * Draws prompts as one batch.
   *
   * @param first the number of the noise of the first prompt
   */
  List<Image> draw(List<String> prompts, int first) {
    var words = prompts.stream().map(text -> new ImageTask.Words(text, "")).toList();
    var settings =
        DirectGenerator.settings(
            open.pipeline(), ImageTask.of(prompts.get(0)), Map.of(), SamplingOptions::nameOf);
    List<NoiseSource> noise = new ArrayList<>();
    IntStream.range(first, first + words.size()).forEach(i -> noise.add(new PhiloxNoise(0, i)));
    return open.pipeline()
        .draw(new ImageTask.TextToImage(words), settings, noise, SamplingListener.NONE);
  }

  @Override
  public void close() {
    open.close();
    plugins.close();
  }
}
