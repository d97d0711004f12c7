package io.diffusion4j.serving.model;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as the service sees it: what it can do, and images for tasks.
 *
 * <p>The workers of a server call one engine from several threads at once.
 */
public interface ImageEngine {
  /** What the model is and what can be asked of it. */
  ModelCard card();

  /**
   * Draws one image for each noise source.
   *
   * @param order with one of the tasks of the {@link #card}
   * @param listener called between steps, with the stage names of the {@link #card}; what it throws
   *     ends the drawing
   * @return the images, in order, all of the size on the card
   */
  List<Image> draw(Order order, SamplingListener listener);

  /**
   * How many steps an image takes in each stage, by the stages' names; a stage that the task does
   * without is left out.
   *
   * @param stages how each stage is to sample, all of those on the {@link #card}
   */
  Map<String, Integer> steps(Task task, Map<String, SamplingSettings> stages);

  /**
   * Nothing if the stage can follow these settings, which are within the limits of its card, for
   * this task.
   *
   * @throws IllegalArgumentException if it cannot, as when its timestep spacing has no grid of so
   *     many steps; the message says why
   */
  default void check(Task task, String stage, SamplingSettings settings) {}

  /**
   * What should be known before a stage samples with these settings, which it can follow, in words;
   * empty if nothing.
   */
  default Optional<String> advice(String stage, SamplingSettings settings) {
    return Optional.empty();
  }

  /** What the model does not read of a text, in words; empty if it reads all of it. */
  default Optional<String> truncation(String text) {
    return Optional.empty();
  }

  /** The space of the model's embeddings, if it can be looked into. */
  default Optional<Embedder> embedder() {
    return Optional.empty();
  }

  /** Which words of a prompt mean nothing to the model, in words; empty if it knows all of them. */
  default Optional<String> unknownWords(String prompt) {
    return Optional.empty();
  }

  /**
   * What to draw.
   *
   * @param task valid
   * @param noise where the randomness of each image comes from, at most {@link ModelCard#batchSize}
   *     of them
   * @param stages how each stage samples, by the names on the {@link ModelCard}; all of them
   */
  record Order(Task task, List<NoiseSource> noise, Map<String, SamplingSettings> stages) {
    public Order {
      noise = List.copyOf(noise);
      stages = Map.copyOf(stages);
    }
  }
}
