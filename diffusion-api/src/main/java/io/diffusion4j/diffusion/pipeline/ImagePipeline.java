package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.TextCoverage;
import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model that draws images, of any family. The command line, the service and clients in this
 * process all use this interface.
 *
 * <pre>{@code
 * List<Image> images =
 *     pipeline.draw(
 *         ImageTask.of("a red apple"),
 *         Map.of("decoder", decoder.defaults().withSteps(4)),
 *         PhiloxNoise.images(7, 2),
 *         SamplingListener.NONE);
 * }</pre>
 *
 * <p>Implementations are thread-safe. The code that opened the model closes it; after that, drawing
 * fails.
 */
public interface ImagePipeline {
  /** Returns the description of the model: its identity, limits, stages and tasks. */
  ModelCard card();

  /**
   * Draws one image for each noise source.
   *
   * @param task the task of a kind on the {@link #card}, with one input or as many as there are
   *     noise sources
   * @param settings the settings of the stages, by their names; a missing stage uses its defaults
   * @param noise the source of randomness of each image, at least one
   * @param listener called between steps, with the stages' names; an exception that it throws ends
   *     the drawing
   * @return the images, in order
   */
  List<Image> draw(
      ImageTask task,
      Map<String, SamplingSettings> settings,
      List<NoiseSource> noise,
      SamplingListener listener);

  /**
   * Returns the number of steps of an image in each stage, by the stages' names. A stage that the
   * task does not need, or that reports no steps, is left out.
   *
   * @param settings the settings as for {@link #draw}
   */
  Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings);

  /** Returns the stages with their defaults for this kind of task. */
  default List<Stage> stages(ImageTask.Kind kind) {
    return card().stages();
  }

  /** Returns the default settings of the stages for this kind of task, by the stages' names. */
  default Map<String, SamplingSettings> defaults(ImageTask.Kind kind) {
    Map<String, SamplingSettings> defaults = new LinkedHashMap<>();
    stages(kind).forEach(stage -> defaults.put(stage.name(), stage.defaults()));
    return defaults;
  }

  /**
   * Returns normally if a stage can follow these settings for this task.
   *
   * @throws IllegalArgumentException if it cannot; the message has the reason
   */
  default void check(ImageTask task, String stage, SamplingSettings settings) {
    stages(task.kind()).stream()
        .filter(known -> known.name().equals(stage))
        .forEach(known -> known.check(settings));
  }

  /** Returns what the model reads of a text. */
  default TextCoverage texts() {
    return TextCoverage.ALL;
  }

  /** Returns the embedding space of the model, if it can be used separately. */
  default Optional<Embedder> embedder() {
    return Optional.empty();
  }

  /**
   * Returns the filters of the model's pictures. {@link #draw} does not apply them: the service and
   * the command line do.
   */
  default Filters filters() {
    return Filters.NONE;
  }

  /** Returns the registered low-rank updates, which {@link #with} accepts: digests by name. */
  default Map<String, String> registeredLoras() {
    return Map.of();
  }

  /**
   * Returns the model with registered updates added to its weights. This model is not changed.
   *
   * @param loras registered updates with their digests; empty for this model
   * @throws IllegalArgumentException if one is not registered
   */
  default ImagePipeline with(List<AppliedLora> loras) {
    Check.that(loras.isEmpty(), "loras", loras, "none; the model has no registered ones");
    return this;
  }
}
