package io.diffusion4j.unclip;

import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.pipeline.UnclipParts;
import io.diffusion4j.diffusion.pipeline.UnclipPipeline;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/**
 * What a model draws, each draw of the prior a single one.
 *
 * @param imageEmbeddings what was decoded
 * @param images the images
 */
record Drawing(List<float[]> imageEmbeddings, List<Image> images) {
  static Map<String, SamplingSettings> stages(
      SamplingSettings prior, SamplingSettings decoder, SamplingSettings upsampler) {
    return Map.of(Prior.STAGE, prior, ImageDecoder.STAGE, decoder, Upsampler.STAGE, upsampler);
  }

  static Drawing of(
      UnclipModel model,
      ImageTask task,
      Map<String, SamplingSettings> stages,
      List<NoiseSource> noise) {
    return of(model, model.imageEncoder(), task, stages, noise);
  }

  static Drawing of(
      UnclipModel model,
      ImageEncoder encoder,
      ImageTask task,
      Map<String, SamplingSettings> stages,
      List<NoiseSource> noise) {
    List<float[]> embeddings = new ArrayList<>();
    ImageDecoder decoder =
        (draws, settings, listener) -> {
          draws.forEach(draw -> embeddings.add(draw.condition().imageEmbedding()));
          return model.decoder().decode(draws, settings, listener);
        };
    var parts =
        new UnclipParts(model.textEncoder(), model.prior(), encoder, decoder, model.upsampler());
    var pipeline =
        new UnclipPipeline(
            () -> new ModelIdentity("test", "a model under test", "MIT", ""),
            Pixels.square(model.imageSize()),
            ModelCard.Limits.DEFAULT,
            EnumSet.allOf(ImageTask.Kind.class),
            parts);
    return new Drawing(embeddings, pipeline.draw(task, stages, noise, SamplingListener.NONE));
  }
}
