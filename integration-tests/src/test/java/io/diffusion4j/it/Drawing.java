package io.diffusion4j.it;

import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prompt;
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
 * The images of a task, with the intermediate results.
 *
 * @param prompts the encoded prompts that were decoded
 * @param imageEmbeddings the embeddings that were decoded
 * @param small the images as decoded
 * @param images the images as upsampled
 */
public record Drawing(
    List<Prompt> prompts, List<float[]> imageEmbeddings, List<Image> small, List<Image> images) {
  /** Draws a task. */
  public static Drawing of(
      UnclipParts parts,
      ImageTask task,
      Map<String, SamplingSettings> stages,
      List<NoiseSource> noise) {
    List<Prompt> prompts = new ArrayList<>();
    List<float[]> embeddings = new ArrayList<>();
    List<Image> small = new ArrayList<>();
    ImageDecoder decoder =
        (draws, settings, listener) -> {
          draws.forEach(draw -> prompts.add(draw.condition().prompt()));
          draws.forEach(draw -> embeddings.add(draw.condition().imageEmbedding()));
          List<Image> drawn = parts.decoder().decode(draws, settings, listener);
          small.addAll(drawn);
          return drawn;
        };
    var watched =
        new UnclipParts(
            parts.textEncoder(),
            parts.prior(),
            parts.imageEncoder(),
            decoder.offeredAs(parts.decoder().stage()),
            parts.upsampler());
    var pipeline =
        new UnclipPipeline(
            () -> new ModelIdentity("watched", "parts under test", "MIT", ""),
            Pixels.square(TinyPipeline.IMAGE_SIZE),
            ModelCard.Limits.DEFAULT,
            EnumSet.allOf(ImageTask.Kind.class),
            watched);
    List<Image> images = pipeline.draw(task, stages, noise, SamplingListener.NONE);
    return new Drawing(prompts, embeddings, small, images);
  }
}
