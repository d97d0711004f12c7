package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model whose pictures are judged by filters before they leave the process. Everything else is as
 * without the filters.
 *
 * @param model draws
 * @param filters of the model, those of {@code model} included
 */
public record FilteredPipeline(ImagePipeline model, Filters filters) implements ImagePipeline {
  @Override
  public ModelCard card() {
    return model.card();
  }

  @Override
  public List<Image> draw(
      ImageTask task,
      Map<String, SamplingSettings> settings,
      List<NoiseSource> noise,
      SamplingListener listener) {
    return model.draw(task, settings, noise, listener);
  }

  @Override
  public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
    return model.steps(task, settings);
  }

  @Override
  public List<Stage> stages(ImageTask.Kind kind) {
    return model.stages(kind);
  }

  @Override
  public Map<String, SamplingSettings> defaults(ImageTask.Kind kind) {
    return model.defaults(kind);
  }

  @Override
  public void check(ImageTask task, String stage, SamplingSettings settings) {
    model.check(task, stage, settings);
  }

  @Override
  public Optional<String> advice(String stage, SamplingSettings settings) {
    return model.advice(stage, settings);
  }

  @Override
  public Optional<String> truncation(String text) {
    return model.truncation(text);
  }

  @Override
  public Optional<String> unknownWords(String text) {
    return model.unknownWords(text);
  }

  @Override
  public Optional<Embedder> embedder() {
    return model.embedder();
  }

  @Override
  public Map<String, String> registeredLoras() {
    return model.registeredLoras();
  }

  @Override
  public ImagePipeline with(List<AppliedLora> loras) {
    return new FilteredPipeline(model.with(loras), filters);
  }
}
