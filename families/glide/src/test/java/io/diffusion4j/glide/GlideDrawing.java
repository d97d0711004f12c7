package io.diffusion4j.glide;

import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What GLIDE draws.
 *
 * @param small the images of the base
 * @param images the images of the upsampler
 */
record GlideDrawing(List<Image> small, List<Image> images) {
  static GlidePipeline pipeline(GlideParts parts, boolean completes) {
    return new GlidePipeline(
        new ModelIdentity("test", "parts under test", "MIT", ""),
        parts,
        completes,
        GuidanceRule.AS_ASKED,
        choices -> choices,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static GlideDrawing of(
      GlideParts parts,
      ImageTask task,
      Map<String, SamplingSettings> stages,
      List<NoiseSource> noise) {
    List<Image> small = new ArrayList<>();
    int size = parts.baseSize();
    List<Image> images =
        pipeline(parts, true)
            .draw(
                task,
                stages,
                noise,
                at -> { // the last x0 of the base is its image
                  if (at.stage().equals(GlideParts.BASE) && at.step() == at.steps()) {
                    at.x0().forEach(x0 -> small.add(new Image(size, size, x0.clone())));
                  }
                });
    return new GlideDrawing(small, images);
  }
}
