package io.diffusion4j.decoder;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.guidance.ConditionGradient;
import io.diffusion4j.diffusion.guidance.OwnConditions;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The decoder (DALL-E 2, §2.1): samples images for an embedding, with guidance. */
public final class DiffusionDecoder implements ImageDecoder {
  private static final float[] NO_IMAGE = {};

  private final DecoderModel model;
  private final Stage offered;
  private final GuidedStage<DecoderCondition, float[]> stage;
  private final Optional<ClipGuide> clipGuide;
  private final Optional<Weaker> weaker;

  /**
   * A weaker decoder, from which guidance can lead away.
   *
   * @param model computes the network's conditions, in its own projection
   * @param network the model's own, or a decorated one
   */
  public record Weaker(DecoderModel model, Denoiser<DecoderCondition> network) {}

  /**
   * A CLIP that compares noised images of the decoder with captions.
   *
   * @param captions encodes captions for it
   * @param gradient the gradient of the similarity of x_t and a caption
   */
  public record ClipGuide(
      Function<List<String>, List<float[]>> captions, ConditionGradient<float[]> gradient) {}

  /** Composes the stage without a guiding model. */
  public DiffusionDecoder(DecoderModel model, Denoiser<DecoderCondition> network, Stage offered) {
    this(model, network, offered, Optional.empty(), Optional.empty());
  }

  /**
   * Composes the stage.
   *
   * @param model computes the network's conditions
   * @param network the model's own, or a decorated one
   * @param offered how the stage samples
   * @param clipGuide a noised CLIP whose gradient can guide in place of classifier-free guidance
   * @param weaker an earlier or smaller decoder of the same images and embeddings
   */
  public DiffusionDecoder(
      DecoderModel model,
      Denoiser<DecoderCondition> network,
      Stage offered,
      Optional<ClipGuide> clipGuide,
      Optional<Weaker> weaker) {
    this.model = model;
    this.clipGuide = clipGuide;
    this.weaker = weaker;
    this.offered = offered;
    int size = model.config().sampleSize();
    this.stage =
        GuidedStage.of(offered, network, size * size * 3, clipGuide.map(ClipGuide::gradient));
  }

  @Override
  public Stage stage() {
    return offered;
  }

  @Override
  public List<Image> decode(
      List<Draw<Condition>> draws, SamplingSettings settings, SamplingListener listener) {
    if (draws.isEmpty()) {
      return List.of();
    }
    List<float[]> images = new ArrayList<>();
    List<TextEncoding> texts = new ArrayList<>();
    for (var draw : draws) {
      images.add(draw.condition().imageEmbedding());
      texts.add(draw.condition().prompt().text());
    }
    for (var draw : draws) {
      images.add(NO_IMAGE);
      texts.add(draw.condition().prompt().negative());
    }
    int size = model.config().sampleSize();
    List<DecoderCondition> conditions = conditions(model, images, texts, draws);
    List<Draw<DecoderCondition>> full = new ArrayList<>();
    for (int i = 0; i < draws.size(); i++) {
      full.add(draws.get(i).withCondition(conditions.get(i)));
    }
    var away = conditions.subList(draws.size(), conditions.size());
    return from(conditions, images, texts, draws, settings)
        .sample(full, away, () -> captions(draws), settings, listener)
        .stream()
        .map(pixels -> new Image(size, size, pixels))
        .toList();
  }

  /** Returns the stage, with the conditions of a weaker network if the settings need it. */
  private GuidedStage<DecoderCondition, float[]> from(
      List<DecoderCondition> conditions,
      List<float[]> images,
      List<TextEncoding> texts,
      List<Draw<Condition>> draws,
      SamplingSettings settings) {
    if (weaker.isEmpty() || !settings.guider().leadsFromModel()) {
      return stage;
    }
    int n = draws.size(); // the weaker prediction is conditional
    var own = conditions(weaker.get().model(), images.subList(0, n), texts.subList(0, n), draws);
    return stage.withWeaker(
        OwnConditions.of(weaker.get().network(), conditions.subList(0, n), own));
  }

  private static List<DecoderCondition> conditions(
      DecoderModel of,
      List<float[]> images,
      List<TextEncoding> texts,
      List<Draw<Condition>> draws) {
    List<DecoderCondition> conditions = of.conditions(images, texts);
    if (!of.completes()) {
      return conditions;
    }
    int values = of.config().sampleSize() * of.config().sampleSize() * 3;
    return IntStream.range(0, conditions.size())
        .mapToObj(
            i -> conditions.get(i).knowing(draws.get(i % draws.size()).projection().known(values)))
        .toList();
  }

  /** Encodes the captions that guide by their gradient, with the full condition. */
  private List<float[]> captions(List<Draw<Condition>> draws) {
    List<String> words = draws.stream().map(draw -> draw.condition().prompt().caption()).toList();
    Check.that(!words.contains(""), "guidance", "clip", "a prompt for it");
    return clipGuide.orElseThrow().captions().apply(words);
  }
}
