package io.diffusion4j.decoder;

import io.diffusion4j.diffusion.denoiser.Denoiser;
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

/** The decoder (DALL-E 2, §2.1): samples images of an embedding, with guidance. */
public final class DiffusionDecoder implements ImageDecoder {
  private static final float[] NO_IMAGE = {};

  private final DecoderModel model;
  private final Stage offered;
  private final DiffusionStage<Guidance<DecoderCondition>> stage;

  /**
   * Composes the stage.
   *
   * @param model computes the network's conditions
   * @param network the model's own, or a decorated one
   * @param offered how it samples
   */
  public DiffusionDecoder(DecoderModel model, Denoiser<DecoderCondition> network, Stage offered) {
    this.model = model;
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
    var conditions = model.conditions(images, texts);
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
    int size = model.config().sampleSize();
    return stage.sample(guided, settings, listener).stream()
        .map(pixels -> new Image(size, size, pixels))
        .toList();
  }
}
