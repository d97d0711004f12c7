package io.diffusion4j.local;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.AppliedLora;
import io.diffusion4j.diffusion.pipeline.ForwardingPipeline;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;
import java.util.Map;

/**
 * A model, or its variant with the requested updates. Only the drawing uses a variant; everything
 * else, embeddings included, uses the model itself.
 */
record LoraPipeline(ImagePipeline model, LoraVariants variants, List<AppliedLora> applied)
    implements ForwardingPipeline {
  @Override
  public ModelCard card() {
    ModelCard own = model.card();
    return new ModelCard(
        own.identity().withLoras(applied), own.images(), own.limits(), own.stages(), own.tasks());
  }

  @Override
  public Map<String, String> registeredLoras() {
    return variants.digests();
  }

  @Override
  public ImagePipeline with(List<AppliedLora> loras) {
    for (AppliedLora lora : loras) {
      Check.that(
          lora.digest().equals(variants.digests().get(lora.name())),
          "lora",
          lora,
          "one of %s",
          variants.digests());
    }
    return new LoraPipeline(model, variants, List.copyOf(loras));
  }

  @Override
  public List<Image> draw(
      ImageTask task,
      Map<String, SamplingSettings> settings,
      List<NoiseSource> noise,
      SamplingListener listener) {
    return applied.isEmpty()
        ? model.draw(task, settings, noise, listener)
        : variants.use(applied, variant -> variant.draw(task, settings, noise, listener));
  }
}
