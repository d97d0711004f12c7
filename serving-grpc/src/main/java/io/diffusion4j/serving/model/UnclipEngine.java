package io.diffusion4j.serving.model;

import static java.util.Objects.requireNonNull;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.ImageEdit;
import io.diffusion4j.diffusion.pipeline.UnclipStages;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** unCLIP as a model of the service, with all that can be composed of its stages. */
public final class UnclipEngine implements ImageEngine {
  // The places of the stages on the card.
  private static final int PRIOR = 0;
  private static final int DECODER = 1;
  private static final int UPSAMPLER = 2;

  private final ModelCard card;
  private final UnclipStages stages;
  private final Function<String, Optional<String>> truncation;
  private final Function<String, Optional<String>> unknownWords;
  private final SettingsCheck check;
  private final BiFunction<String, SamplingSettings, Optional<String>> advice;
  private final Optional<Embedder> embedder;

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
   * A model that reads texts of any length and follows all settings within the limits of its card.
   *
   * @param card with three stages: the prior's, the decoder's and the upsampler's, under the names
   *     they report their progress with; and the tasks for which there are stages
   */
  public UnclipEngine(ModelCard card, UnclipStages stages) {
    this(
        card,
        stages,
        text -> Optional.empty(),
        text -> Optional.empty(),
        (stage, settings) -> {},
        (stage, settings) -> Optional.empty(),
        Optional.empty());
  }

  private UnclipEngine(
      ModelCard card,
      UnclipStages stages,
      Function<String, Optional<String>> truncation,
      Function<String, Optional<String>> unknownWords,
      SettingsCheck check,
      BiFunction<String, SamplingSettings, Optional<String>> advice,
      Optional<Embedder> embedder) {
    if (card.stages().size() != 3) {
      throw new IllegalArgumentException(
          "stages: "
              + card.stages().stream().map(StageCard::name).toList()
              + " (expected: three, for the prior, the decoder and the upsampler)");
    }
    this.card = card;
    this.stages = stages;
    this.truncation = truncation;
    this.unknownWords = unknownWords;
    this.check = check;
    this.advice = advice;
    this.embedder = embedder;
  }

  /**
   * The same, with a limit to the texts it reads.
   *
   * @param message what is not read of a text, in words; empty if all of it is
   */
  public UnclipEngine withTruncation(Function<String, Optional<String>> message) {
    return new UnclipEngine(card, stages, message, unknownWords, check, advice, embedder);
  }

  /**
   * The same, with a limit to the words it knows.
   *
   * @param message which words of a text mean nothing to it, in words; empty if it knows all
   */
  public UnclipEngine withUnknownWords(Function<String, Optional<String>> message) {
    return new UnclipEngine(card, stages, truncation, message, check, advice, embedder);
  }

  /** The same, for stages that cannot follow all settings within the limits of the card. */
  public UnclipEngine withCheck(SettingsCheck settingsCheck) {
    return new UnclipEngine(
        card, stages, truncation, unknownWords, settingsCheck, advice, embedder);
  }

  /**
   * The same, with something to be known of settings that a stage can follow.
   *
   * @param message of a stage's name and its settings, in words; empty if there is nothing
   */
  public UnclipEngine withAdvice(BiFunction<String, SamplingSettings, Optional<String>> message) {
    return new UnclipEngine(card, stages, truncation, unknownWords, check, message, embedder);
  }

  /** The same, with its embeddings to be looked into. */
  public UnclipEngine withEmbedder(Embedder space) {
    return new UnclipEngine(
        card, stages, truncation, unknownWords, check, advice, Optional.of(space));
  }

  @Override
  public ModelCard card() {
    return card;
  }

  @Override
  public Optional<String> truncation(String text) {
    return truncation.apply(text);
  }

  @Override
  public Optional<String> unknownWords(String text) {
    return unknownWords.apply(text);
  }

  @Override
  public Optional<String> advice(String stage, SamplingSettings settings) {
    return advice.apply(stage, settings);
  }

  @Override
  public Optional<Embedder> embedder() {
    return embedder;
  }

  @Override
  public Map<String, Integer> steps(Task task, Map<String, SamplingSettings> settings) {
    UnclipWork.Steps all = work(task).steps(settings(settings));
    List<Integer> counts = List.of(all.prior(), all.decoder(), all.upsampler());
    Map<String, Integer> steps = new LinkedHashMap<>();
    for (int i = 0; i < counts.size(); i++) {
      if (counts.get(i) > 0) {
        steps.put(name(i), counts.get(i));
      }
    }
    return steps;
  }

  @Override
  public void check(Task task, String stage, SamplingSettings settings) {
    // An edit samples in another way than it is asked to; a stage that it decorates sees which.
    ImageEdit edit = work(task).edit();
    if (stage.equals(name(DECODER))) {
      edit.decoder((draws, edited, listener) -> checked(stage, edited))
          .decode(List.of(), settings, SamplingListener.NONE);
    } else if (stage.equals(name(UPSAMPLER))) {
      edit.upsampler((draws, edited, listener) -> checked(stage, edited))
          .upsample(List.of(), settings, SamplingListener.NONE);
    } else {
      check.check(stage, settings);
    }
  }

  private List<Image> checked(String stage, SamplingSettings settings) {
    check.check(stage, settings);
    return List.of();
  }

  @Override
  public List<Image> draw(Order order, SamplingListener listener) {
    return work(order.task()).draw(stages, settings(order.stages()), order.noise(), listener);
  }

  private UnclipWork work(Task task) {
    return task.accept(new UnclipWork.Of(card.imageWidth()));
  }

  private UnclipWork.Settings settings(Map<String, SamplingSettings> byName) {
    return new UnclipWork.Settings(
        requireNonNull(byName.get(name(PRIOR))),
        requireNonNull(byName.get(name(DECODER))),
        requireNonNull(byName.get(name(UPSAMPLER))));
  }

  private String name(int stage) {
    return card.stages().get(stage).name();
  }
}
