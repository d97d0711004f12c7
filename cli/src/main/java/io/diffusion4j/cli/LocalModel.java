package io.diffusion4j.cli;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.diffusion.SamplingSettings;
import io.diffusion4j.diffusion.TextToImage;
import io.diffusion4j.diffusion.sampling.Samplers;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.UnclipSpacing;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.ImageEngine;
import io.diffusion4j.serving.ModelCard;
import io.diffusion4j.serving.ServerConfig;
import io.diffusion4j.serving.ServingModule;
import io.diffusion4j.serving.TextToImageEngine;
import io.diffusion4j.tf.checkpoint.ModelFolder;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.unclip.UnclipModel;
import io.diffusion4j.unclip.UnclipModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model folder of this machine, loaded and wired as a model of the service, so that {@code
 * generate} and {@code serve} give the same files. Holds native memory until it is closed.
 */
final class LocalModel implements AutoCloseable {
  private final UnclipModel model;
  private final TextToImage pipeline;
  private final Samplers samplers;
  private final TextToImageEngine engine;

  private LocalModel(Path folder, UnclipModel model) {
    var injector = Guice.createInjector(new UnclipModule(model));
    this.model = model;
    this.pipeline = injector.getInstance(TextToImage.class);
    this.samplers = injector.getInstance(Samplers.class);
    this.engine = engine(folder);
  }

  /**
   * Loads a folder.
   *
   * @throws IllegalArgumentException if there is no such pipeline folder
   * @throws io.diffusion4j.tf.checkpoint.CheckpointException if what it holds is damaged
   */
  static LocalModel load(Path folder, Precision precision) {
    requirePipeline(folder);
    UnclipModel model = UnclipModel.load(folder, precision);
    try {
      return new LocalModel(folder, model);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** Fails unless the folder is there and looks like a pipeline. */
  static void requirePipeline(Path folder) {
    if (!Files.isRegularFile(folder.resolve(ModelFolder.INDEX))) {
      throw new IllegalArgumentException(
          "model: " + folder + " (expected: a folder with " + ModelFolder.INDEX + ")");
    }
  }

  private TextToImageEngine engine(Path folder) {
    ModelFacts facts = ModelFacts.of(folder, model.imageSize());
    ModelCard card =
        new ModelCard(
            facts.name(),
            "unCLIP, text to images of " + facts.imageSize() + "×" + facts.imageSize() + " pixels",
            facts.license(),
            facts.digest(),
            facts.imageSize(),
            facts.imageSize(),
            Defaults.MAX_IMAGES,
            Defaults.BATCH,
            Defaults.stages(samplers, facts));
    return new TextToImageEngine(card, pipeline)
        .withTruncation(prompt -> truncation(model, prompt))
        .withCheck((stage, settings) -> check(facts.trainSteps(stage), settings));
  }

  /** Where a prompt is cut, in words. */
  private static Optional<String> truncation(UnclipModel model, String prompt) {
    return model
        .textModel()
        .tokenizer()
        .encode(prompt)
        .truncatedAt()
        .map(
            rest ->
                "the model reads "
                    + (model.textModel().network().positions() - 2)
                    + " tokens; not read is what follows from \""
                    + rest
                    + "\"");
  }

  /** Some samplers cannot follow every number of steps; their plan tells before the work begins. */
  private static void check(int trainSteps, SamplingSettings settings) {
    settings
        .sampler()
        .plan(new CosineSchedule(trainSteps), new UnclipSpacing().of(trainSteps, settings.steps()));
  }

  /** A server of this model, not started yet. */
  DiffusionServer server(ServerConfig config) {
    return Guice.createInjector(
            new ServingModule(config),
            new AbstractModule() {
              @Override
              protected void configure() {
                Multibinder.newSetBinder(binder(), ImageEngine.class)
                    .addBinding()
                    .toInstance(engine);
              }
            })
        .getInstance(DiffusionServer.class);
  }

  /** The pipeline itself, for many prompts at once. */
  TextToImage pipeline() {
    return pipeline;
  }

  /** The samplers that its stages know. */
  Samplers samplers() {
    return samplers;
  }

  /** What it is. */
  ModelCard card() {
    return engine.card();
  }

  @Override
  public void close() {
    model.close();
  }
}
