package io.diffusion4j.serving;

import static java.util.Objects.requireNonNull;

import io.diffusion4j.diffusion.SamplingListener;
import io.diffusion4j.diffusion.SamplingSettings;
import io.diffusion4j.diffusion.TextToImage;
import io.diffusion4j.diffusion.image.Image;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A {@link TextToImage} pipeline as a model of the service. */
public final class TextToImageEngine implements ImageEngine {
  private final ModelCard card;
  private final TextToImage pipeline;
  private final Function<String, Optional<String>> truncation;
  private final SettingsCheck check;

  /** Knows which settings a stage can follow. */
  @FunctionalInterface
  public interface SettingsCheck {
    /**
     * Nothing if the stage can follow these settings.
     *
     * @throws IllegalArgumentException if it cannot; the message says why
     */
    void check(String stage, SamplingSettings settings);
  }

  /**
   * A model that reads prompts of any length and follows all settings within the limits of its
   * card.
   *
   * @param card with three stages: the prior's, the decoder's and the upsampler's, under the names
   *     they report their progress with
   */
  public TextToImageEngine(ModelCard card, TextToImage pipeline) {
    this(card, pipeline, prompt -> Optional.empty(), (stage, settings) -> {});
  }

  private TextToImageEngine(
      ModelCard card,
      TextToImage pipeline,
      Function<String, Optional<String>> truncation,
      SettingsCheck check) {
    if (card.stages().size() != 3) {
      throw new IllegalArgumentException(
          "stages: "
              + card.stages().stream().map(StageCard::name).toList()
              + " (expected: three, for the prior, the decoder and the upsampler)");
    }
    this.card = card;
    this.pipeline = pipeline;
    this.truncation = truncation;
    this.check = check;
  }

  /**
   * The same, with a limit to the prompts it reads.
   *
   * @param message what is not read of a prompt, in words; empty if all of it is
   */
  public TextToImageEngine withTruncation(Function<String, Optional<String>> message) {
    return new TextToImageEngine(card, pipeline, message, check);
  }

  /** The same, for stages that cannot follow all settings within the limits of the card. */
  public TextToImageEngine withCheck(SettingsCheck settingsCheck) {
    return new TextToImageEngine(card, pipeline, truncation, settingsCheck);
  }

  @Override
  public ModelCard card() {
    return card;
  }

  @Override
  public void check(String stage, SamplingSettings settings) {
    check.check(stage, settings);
  }

  @Override
  public Optional<String> truncation(String prompt) {
    return truncation.apply(prompt);
  }

  @Override
  public List<Image> draw(Order order, SamplingListener listener) {
    TextToImage.Request request =
        new TextToImage.Request(
            Collections.nCopies(order.noise().size(), order.prompt()),
            order.negativePrompt(),
            order.noise(),
            settings(order, 0),
            settings(order, 1),
            settings(order, 2));
    return pipeline.generate(request, listener).images();
  }

  private SamplingSettings settings(Order order, int stage) {
    return requireNonNull(order.stages().get(card.stages().get(stage).name()));
  }
}
