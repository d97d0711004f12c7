package io.diffusion4j.latent;

import static io.diffusion4j.pipeline.PublishedLayout.MAX_SHARD_BYTES;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood.Example;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.pipeline.Diagnosis;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.PipelineModule;
import io.diffusion4j.pipeline.PublishedLayout;
import io.diffusion4j.pipeline.PublishedLayout.Input;
import io.diffusion4j.pipeline.RandomModel;
import io.diffusion4j.pipeline.SuitedPrecision;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The family of the folders that {@link StableDiffusionFolder} describes. */
public final class StableDiffusionFamily implements ModelFamily {
  private static final System.Logger LOG = System.getLogger(StableDiffusionFamily.class.getName());
  private static final String NAME = "stable-diffusion";

  @Override
  public String name() {
    return "Stable Diffusion";
  }

  @Override
  public String layout() {
    return ModelFolder.INDEX;
  }

  @Override
  public boolean isAt(Path folder) {
    return StableDiffusionFolder.isAt(folder);
  }

  @Override
  public Map<String, PublishedLayout> published() {
    return Map.of(
        "stable-diffusion",
            new PublishedLayout(
                Set.of(Input.VOCABULARY, Input.SETTINGS, Input.PREDICTION),
                it ->
                    StableDiffusionFile.convert(
                        it.file(),
                        it.vocabulary(),
                        it.settings(),
                        it.predicts(),
                        it.output(),
                        it.dtype(),
                        MAX_SHARD_BYTES)),
        "stable-diffusion-file",
            new PublishedLayout(
                Set.of(),
                it -> StableDiffusionFile.toSingleFile(it.file(), it.output(), it.dtype())));
  }

  @Override
  public Map<String, RandomModel> random() {
    return Map.of(
        "sd15", new RandomStableDiffusion(StableDiffusionConfig.sd15()),
        "sd21", new RandomStableDiffusion(StableDiffusionConfig.sd21()),
        "sdxs", new RandomStableDiffusion(StableDiffusionConfig.sdxs()),
        "sd_small", new RandomStableDiffusion(StableDiffusionConfig.small()));
  }

  @Override
  public FolderReport inspect(Path folder) {
    return StableDiffusionFolder.report(folder);
  }

  @Override
  public void checkLoras(Path folder, OpenOptions how) {
    StableDiffusionModel.loras(folder, how.loras());
  }

  @Override
  public List<StoredNetwork> networks(Path folder) {
    return StableDiffusionNetworks.of(folder);
  }

  @Override
  public List<Diagnosis> examine(
      Path folder, OpenOptions how, List<Example> examples, long seed, Consumer<Image> drawn) {
    return new StableDiffusionDoctor(folder, how, examples, seed).diagnoses(drawn);
  }

  @Override
  public Opened open(Path folder, OpenOptions asked) {
    asked
        .prior()
        .filter(prior -> !prior.equals("diffusion")) // the value in recipes of models without one
        .ifPresent(
            prior -> {
              throw Check.refusal("prior", prior, "none; Stable Diffusion has no prior");
            });
    FolderReport.requireNone(folder, inspect(folder).allFailures());
    if (ModelFolder.open(folder).components().containsKey(StableDiffusionFolder.SAFETY_CHECKER)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "safety_checker: not run (expected: --filter FILE with safety-checker: {0}, to run it)",
          folder.resolve(StableDiffusionFolder.SAFETY_CHECKER));
    }
    OpenOptions how =
        asked.suiting(
            () ->
                SuitedPrecision.of(
                    StableDiffusionFolder.components(folder).stream()
                        .filter(component -> component.manifest().isPresent())
                        .map(component -> folder.resolve(component.name()))
                        .toArray(Path[]::new)));
    var model = StableDiffusionModel.load(folder, how.compute(), how.residency(), how.loras());
    String description =
        "Stable Diffusion, images of "
            + model.stage().draws()
            + " pixels"
            + model.students().suffix();
    var module =
        new PipelineModule(
                parts ->
                    new StableDiffusionPipeline(
                        parts.identity(folder, how, NAME, description, digest(folder, how)),
                        model,
                        parts.get(TextEncoder.class),
                        parts.get(GuidanceRule.class),
                        parts.choices(),
                        parts.replacement(ImageDecoder.class)))
            .with(TextEncoder.class, model.textEncoder(), "an encoding of each text")
            .with(GuidanceRule.class, GuidanceRule.AS_ASKED, "the scale of a stage with guidance")
            .replaceable(ImageDecoder.class, "an image for each draw");
    return new Opened(module, module.parts(), model::close);
  }
}
