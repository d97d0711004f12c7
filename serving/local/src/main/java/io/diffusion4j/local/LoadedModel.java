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
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.RegisteredLoras;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.serving.file.FileVersion;
import java.util.List;
import java.util.Map;

/**
 * A model folder in memory, with its variants by registered low-rank updates.
 *
 * @param served the folder and its settings
 * @param version the files when they were loaded
 * @param pipeline draws with the model or one of its variants
 * @param variants the variants, closed with it
 * @param model closed with it
 */
record LoadedModel(
    ServedModel served,
    FileVersion version,
    ImagePipeline pipeline,
    LoraVariants variants,
    OpenPipeline model)
    implements AutoCloseable {
  /**
   * Loads a folder.
   *
   * @throws IllegalArgumentException if there is no such model folder
   * @throws io.diffusion4j.checkpoint.CheckpointException if it is damaged
   */
  static LoadedModel of(
      ServedModel served, OpenOptions defaults, Plugins plugins, RegisteredLoras registered) {
    OpenPipeline.family(served.folder()); // before all files of any folder are listed
    FileVersion version = FileVersion.of(List.of(served.folder()));
    OpenOptions how = defaults.withName(served.name()).withPrecision(served.precision());
    var model = OpenPipeline.of(served.folder(), how, plugins);
    try {
      var variants =
          new LoraVariants(
              registered.digests(registered.fitting(served.folder())),
              loras ->
                  OpenPipeline.of(
                      served.folder(), how.withLoras(registered.choices(loras)), plugins));
      var pipeline =
          new LoraPipeline(model.pipeline(), variants, List.of(), Students.NONE, registered);
      return new LoadedModel(served, version, pipeline, variants, model);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** Returns its name in requests. */
  String name() {
    return pipeline.card().name();
  }

  /** Whether loading these settings would load the same files in the same way. */
  boolean isStill(ServedModel other) {
    return served.equals(other) && version.equals(FileVersion.of(List.of(other.folder())));
  }

  @Override
  public void close() {
    variants.close();
    model.close();
  }

  /**
   * A model, or its variant with the requested updates. Only the drawing uses a variant; everything
   * else, embeddings included, uses the model itself.
   *
   * @param students the stages that draw in few steps with the updates
   */
  private record LoraPipeline(
      ImagePipeline model,
      LoraVariants variants,
      List<AppliedLora> applied,
      Students students,
      RegisteredLoras registered)
      implements ForwardingPipeline {
    @Override
    public ModelCard card() {
      ModelCard own = model.card();
      return new ModelCard(
          own.identity().withLoras(applied),
          own.images(),
          own.limits(),
          limited(own.stages()),
          own.tasks());
    }

    private List<Stage> limited(List<Stage> stages) {
      return stages.stream().map(students::limited).toList();
    }

    @Override
    public List<Stage> stages(ImageTask.Kind kind) {
      return limited(model.stages(kind));
    }

    @Override
    public void check(ImageTask task, String name, SamplingSettings settings) {
      model.check(task, name, settings);
      for (Stage stage : stages(task.kind())) {
        if (stage.name().equals(name)) {
          stage.check(settings);
        }
      }
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
      var few = Students.NONE.with(registered.choices(loras));
      return new LoraPipeline(model, variants, List.copyOf(loras), few, registered);
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
}
