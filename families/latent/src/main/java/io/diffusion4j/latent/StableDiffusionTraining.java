package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Distiller;
import io.diffusion4j.training.ModelLayout;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.training.TrainableFamily;
import io.diffusion4j.unclip.training.UnclipRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The components of latent diffusion that can be trained. The text tower is that of a finished
 * CLIP, such as the component {@code clip} of unCLIP.
 */
public final class StableDiffusionTraining implements TrainableFamily {
  /** The autoencoder between pictures and latents. */
  public static final TrainableComponent VAE = new LatentVaeTraining();

  /** The U-Net on latents. */
  public static final TrainableComponent UNET = new LatentTraining();

  private static final String PROJECTED = "CLIPTextModelWithProjection";
  private static final String PROJECTION = "text_projection.";

  @Override
  public String name() {
    return "Stable Diffusion";
  }

  @Override
  public List<TrainableComponent> components() {
    return List.of(VAE, UNET);
  }

  @Override
  public Optional<Class<? extends Record>> sizes() {
    return Optional.of(StableDiffusionSizes.class);
  }

  @Override
  public boolean isAt(Path model) {
    return StableDiffusionFolder.isAt(model);
  }

  @Override
  public ModelLayout layout(Path model) {
    return new Layout(model);
  }

  @Override
  public ModelLayout finished(Path model) {
    if (isAt(model)) {
      StableDiffusionFolder.requireClass(model);
    }
    return layout(model);
  }

  @Override
  public Optional<Distiller> distiller(Path model) {
    return isAt(model) ? Optional.of(new LatentDistiller()) : Optional.empty();
  }

  /** Checks that the folder that is written is of this family, or not yet a pipeline. */
  static void requireOwnFolder(ComponentRun run) {
    Path model = run.whole().model();
    Check.that(
        !Files.exists(model.resolve(ModelFolder.INDEX)) || StableDiffusionFolder.isAt(model),
        "model",
        model,
        "a folder of its own; another pipeline is there");
  }

  /**
   * Makes the text tower of a CLIP in a folder one that answers states only, as the pipelines of
   * diffusers expect it; one that is already is not changed.
   *
   * @param model the folder with the text tower and its tokenizer
   */
  static void dropProjection(Path model) {
    Path folder = model.resolve(StableDiffusionFolder.TEXT_ENCODER);
    if (!ComponentConfig.read(folder.resolve("config.json"))
        .className()
        .equals(Optional.of(PROJECTED))) {
      return;
    }
    var tower = ClipFolders.readText(folder);
    var tokenizer = StableDiffusionFolder.WORDS.readIn(model);
    var states = new ClipTextNetwork(tower.transformer(), tower.vocabulary(), tower.positions(), 0);
    Map<String, String> notes;
    try (var stored = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      notes = Map.copyOf(stored.metadata());
    }
    var weights = ComponentRun.weights(folder, Checkpoint.TRANSFORMERS);
    ClipFolders.writeText(
        folder,
        states,
        tokenizer.startId(),
        tokenizer.endId(),
        tokenizer.padId(),
        weights.only(name -> !name.startsWith(PROJECTION)),
        notes);
  }

  private record Layout(Path pipeline) implements ModelLayout {
    @Override
    public List<String> components() {
      return StableDiffusionFolder.COMPONENTS.stream().<String>map(it -> it.name()).toList();
    }

    @Override
    public Map<String, String> techniques(TrainableComponent component) {
      Path scheduler = component(StableDiffusionFolder.SCHEDULER);
      return component.equals(UNET) && Files.exists(scheduler.resolve(SchedulerConfig.FILE_NAME))
          ? UnclipRun.predicting(StableDiffusionFolder.NOISE.readIn(pipeline).parameterization())
          : Map.of();
    }

    @Override
    public void writeIndex() {
      StableDiffusionFolder.writeIndex(pipeline);
    }
  }
}
