package io.diffusion4j.serving;

import io.diffusion4j.diffusion.NoiseSource;
import io.diffusion4j.diffusion.SamplingListener;
import io.diffusion4j.diffusion.SamplingSettings;
import io.diffusion4j.diffusion.image.Image;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as the service sees it: what it can do, and images for words.
 *
 * <p>The workers of a server call one engine from several threads at once.
 */
public interface ImageEngine {
  /** What the model is and what can be asked of it. */
  ModelCard card();

  /**
   * Draws one image for each noise source.
   *
   * @param listener called between steps, with the stage names of the {@link #card}; what it throws
   *     ends the drawing
   * @return the images, in order, all of the size on the card
   */
  List<Image> draw(Order order, SamplingListener listener);

  /**
   * Nothing if the stage can follow these settings, which are within the limits of its card.
   *
   * @throws IllegalArgumentException if it cannot, as when its timestep spacing has no grid of so
   *     many steps; the message says why
   */
  default void check(String stage, SamplingSettings settings) {}

  /** What the model does not read of a prompt, in words; empty if it reads all of it. */
  default Optional<String> truncation(String prompt) {
    return Optional.empty();
  }

  /**
   * What to draw.
   *
   * @param prompt what the images show
   * @param negativePrompt what guidance moves away from; empty for the unconditional prompt
   * @param noise where the randomness of each image comes from, at most {@link ModelCard#batchSize}
   *     of them
   * @param stages how each stage samples, by the names on the {@link ModelCard}; all of them
   */
  record Order(
      String prompt,
      String negativePrompt,
      List<NoiseSource> noise,
      Map<String, SamplingSettings> stages) {
    public Order {
      noise = List.copyOf(noise);
      stages = Map.copyOf(stages);
    }
  }
}
