package io.diffusion4j.local;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.AppliedLora;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model, or its variant with the requested updates. Only the drawing uses a variant; everything
 * else, embeddings included, uses the model itself.
 */
record LoraPipeline(ImagePipeline model, LoraVariants variants, List<AppliedLora> applied)
    implements ImagePipeline {
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

  @Override
  public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
    return model.steps(task, settings);
  }

  @Override
  public List<Stage> stages(ImageTask.Kind kind) {
    return model.stages(kind);
  }

  @Override
  public void check(ImageTask task, String stage, SamplingSettings settings) {
    model.check(task, stage, settings);
  }

  @Override
  public Optional<String> advice(String stage, SamplingSettings settings) {
    return model.advice(stage, settings);
  }

  @Override
  public Optional<String> truncation(String text) {
    return model.truncation(text);
  }

  @Override
  public Optional<String> unknownWords(String text) {
    return model.unknownWords(text);
  }

  @Override
  public Filters filters() {
    return model.filters();
  }

  @Override
  public Optional<Embedder> embedder() {
    return model.embedder();
  }
}
