package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.component.TextCoverage;
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
 * A pipeline that forwards to another one, except for the methods that an implementation overrides.
 */
public interface ForwardingPipeline extends ImagePipeline {
  /** Returns the pipeline behind this one. */
  ImagePipeline model();

  @Override
  default ModelCard card() {
    return model().card();
  }

  @Override
  default List<Image> draw(
      ImageTask task,
      Map<String, SamplingSettings> settings,
      List<NoiseSource> noise,
      SamplingListener listener) {
    return model().draw(task, settings, noise, listener);
  }

  @Override
  default Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
    return model().steps(task, settings);
  }

  @Override
  default List<Stage> stages(ImageTask.Kind kind) {
    return model().stages(kind);
  }

  @Override
  default void check(ImageTask task, String stage, SamplingSettings settings) {
    model().check(task, stage, settings);
  }

  @Override
  default TextCoverage texts() {
    return model().texts();
  }

  @Override
  default Filters filters() {
    return model().filters();
  }

  @Override
  default Optional<Embedder> embedder() {
    return model().embedder();
  }

  @Override
  default Map<String, String> registeredLoras() {
    return model().registeredLoras();
  }
}
