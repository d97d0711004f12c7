package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.argument.Check;
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
 * A model that draws images. The command line, the service and every client in this process draw
 * through it, whatever the family of the model.
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
 * <p>Implementations are thread-safe. Whoever opened the model closes it; after that, drawing
 * fails.
 */
public interface ImagePipeline {
  /** What the model is and what can be asked of it. */
  ModelCard card();

  /**
   * Draws one image for each noise source.
   *
   * @param task of a kind on the {@link #card}, with one input or as many as there are noise
   *     sources
   * @param settings how each stage samples, by the stages' names; a stage that is missing samples
   *     by default
   * @param noise where the randomness of each image comes from, at least one
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
   * Counts the steps that an image takes in each stage, by the stages' names. A stage that the task
   * does not need, or that reports no steps, is left out.
   *
   * @param settings as for {@link #draw}
   */
  Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings);

  /** The stages with their defaults for this kind of task. */
  default List<Stage> stages(ImageTask.Kind kind) {
    return card().stages();
  }

  /** How each stage samples by default for this kind of task, by the stages' names. */
  default Map<String, SamplingSettings> defaults(ImageTask.Kind kind) {
    Map<String, SamplingSettings> defaults = new LinkedHashMap<>();
    stages(kind).forEach(stage -> defaults.put(stage.name(), stage.defaults()));
    return defaults;
  }

  /**
   * Returns normally if a stage can follow these settings for this task.
   *
   * @throws IllegalArgumentException if it cannot; the message says why
   */
  default void check(ImageTask task, String stage, SamplingSettings settings) {
    stages(task.kind()).stream()
        .filter(known -> known.name().equals(stage))
        .forEach(known -> known.check(settings));
  }

  /** What a caller should know about settings that a stage can follow; empty if nothing. */
  default Optional<String> advice(String stage, SamplingSettings settings) {
    return card().stage(stage).flatMap(known -> known.advice(settings));
  }

  /** Describes which part of a text the model does not read; empty if it reads all of it. */
  default Optional<String> truncation(String text) {
    return Optional.empty();
  }

  /** Describes which words of a text mean nothing to the model; empty if it knows all of them. */
  default Optional<String> unknownWords(String text) {
    return Optional.empty();
  }

  /** The space of the model's embeddings, if it has one that can be used alone. */
  default Optional<Embedder> embedder() {
    return Optional.empty();
  }

  /** The low-rank updates that {@link #with} takes: the digest of each by its name. */
  default Map<String, String> registeredLoras() {
    return Map.of();
  }

  /**
   * The same model with registered updates added to its weights, which this model stays without.
   *
   * @param loras registered ones, each with its digest; none for this model
   * @throws IllegalArgumentException if one is not registered
   */
  default ImagePipeline with(List<AppliedLora> loras) {
    Check.that(loras.isEmpty(), "loras", loras, "none; the model has no registered ones");
    return this;
  }
}
