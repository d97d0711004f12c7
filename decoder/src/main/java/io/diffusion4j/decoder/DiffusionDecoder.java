package io.diffusion4j.decoder;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.guidance.ConditionGradient;
import io.diffusion4j.diffusion.guidance.GradientGuidance;
import io.diffusion4j.diffusion.guidance.GradientGuidedDenoiser;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.TextEncoding;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The decoder (DALL-E 2, §2.1): samples images for an embedding, with guidance. */
public final class DiffusionDecoder implements ImageDecoder {
  private static final float[] NO_IMAGE = {};

  private final DecoderModel model;
  private final Stage offered;
  private final DiffusionStage<Guidance<DecoderCondition>> stage;
  private final Denoiser<DecoderCondition> network;
  private final Optional<Judge> judge;

  /**
   * A CLIP that compares noised images of the decoder with captions.
   *
   * @param captions encodes captions for it
   * @param gradient the gradient of the similarity of x_t and a caption
   */
  public record Judge(
      Function<List<String>, List<float[]>> captions, ConditionGradient<float[]> gradient) {}

  /** Composes the stage without a guiding model. */
  public DiffusionDecoder(DecoderModel model, Denoiser<DecoderCondition> network, Stage offered) {
    this(model, network, offered, Optional.empty());
  }

  /**
   * Composes the stage.
   *
   * @param model computes the network's conditions
   * @param network the model's own, or a decorated one
   * @param offered how the stage samples
   * @param judge a noised CLIP whose gradient can guide in place of classifier-free guidance
   */
  public DiffusionDecoder(
      DecoderModel model,
      Denoiser<DecoderCondition> network,
      Stage offered,
      Optional<Judge> judge) {
    this.model = model;
    this.judge = judge;
    this.network = network;
    this.offered = offered;
    int size = model.config().sampleSize();
    this.stage = DiffusionStage.of(offered, new GuidedDenoiser<>(network), size * size * 3);
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
    List<DecoderCondition> conditions = new ArrayList<>(model.conditions(images, texts));
    if (model.completes()) {
      for (int i = 0; i < conditions.size(); i++) {
        var projection = draws.get(i % draws.size()).projection();
        conditions.set(i, conditions.get(i).knowing(projection.known(stage.rowSize())));
      }
    }
    int size = model.config().sampleSize();
    var drawn =
        settings.guide().isEmpty()
            ? sample(draws, conditions, settings, listener)
            : judged(draws, conditions, settings, listener);
    return drawn.stream().map(pixels -> new Image(size, size, pixels)).toList();
  }

  /** Returns the denoiser with classifier-free guidance. */
  private List<float[]> sample(
      List<Draw<Condition>> draws,
      List<DecoderCondition> conditions,
      SamplingSettings settings,
      SamplingListener listener) {
    List<Draw<Guidance<DecoderCondition>>> guided = new ArrayList<>();
    for (int i = 0; i < draws.size(); i++) {
      guided.add(
          draws
              .get(i)
              .withCondition(
                  new Guidance<>(
                      conditions.get(i),
                      conditions.get(draws.size() + i),
                      settings.guidanceScale())));
    }
    return stage.sample(guided, settings, listener);
  }

  /** Returns the denoiser guided by the caption's gradient, with the full condition. */
  private List<float[]> judged(
      List<Draw<Condition>> draws,
      List<DecoderCondition> conditions,
      SamplingSettings settings,
      SamplingListener listener) {
    var by =
        judge.orElseThrow(
            () -> Check.refusal("guidance", settings.guide().orElse(""), offered.guidesExpected()));
    List<String> words = draws.stream().map(draw -> draw.condition().prompt().caption()).toList();
    Check.that(!words.contains(""), "guidance", "clip", "a prompt for it");
    List<float[]> captions = by.captions().apply(words);
    List<Draw<GradientGuidance<DecoderCondition, float[]>>> guided = new ArrayList<>();
    for (int i = 0; i < draws.size(); i++) {
      guided.add(
          draws
              .get(i)
              .withCondition(
                  new GradientGuidance<>(
                      conditions.get(i), captions.get(i), settings.guidanceScale())));
    }
    return DiffusionStage.of(
            offered, GradientGuidedDenoiser.byStep(network, by.gradient()), stage.rowSize())
        .sample(guided, settings, listener);
  }
}
