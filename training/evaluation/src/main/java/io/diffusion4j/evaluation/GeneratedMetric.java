package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A metric that needs pictures of its own, in addition to those of a {@link PromptSet}. */
public interface GeneratedMetric {
  /** Returns the name of the metric, {@code "diversity"}. */
  String name();

  /**
   * Returns the pictures to draw.
   *
   * @param settings the sampling settings by stage name, for a task
   * @throws IllegalArgumentException if the model does not support the task
   */
  GeneratedPictures pictures(
      ImagePipeline pipeline, Function<ImageTask, Map<String, SamplingSettings>> settings);

  /**
   * Measures the pictures.
   *
   * @param generated all {@link #pictures}, in order, all of one size, square
   * @return the lines of the table
   * @throws IllegalStateException if the evaluation has no judge
   */
  List<Metric> measure(List<Image> generated);
}
