package io.diffusion4j.local;

import com.google.inject.Guice;
import com.google.inject.Injector;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.pipeline.ImageVariation;
import io.diffusion4j.diffusion.pipeline.TextToImage;
import io.diffusion4j.diffusion.pipeline.UnclipStages;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.solver.AnalyticDpmSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.prior.AutoregressivePriorModule;
import io.diffusion4j.prior.DiffusionPrior;
import io.diffusion4j.prior.EpsPowerFile;
import io.diffusion4j.serving.model.Embedder;
import io.diffusion4j.serving.model.ImageEngine;
import io.diffusion4j.serving.model.ModelCard;
import io.diffusion4j.serving.model.StageCard;
import io.diffusion4j.serving.model.UnclipEngine;
import io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.unclip.KnownWords;
import io.diffusion4j.unclip.Residency;
import io.diffusion4j.unclip.UnclipFolder;
import io.diffusion4j.unclip.UnclipModel;
import io.diffusion4j.unclip.UnclipModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model folder of this machine, loaded and wired as a model of the service, so that a program
 * that draws for itself and one that serves give the same files. Holds native memory until it is
 * closed.
 */
public final class LocalModel implements AutoCloseable {
  /** What the sampler is called whose variance is computed from measurements of the prior. */
  private static final String ANALYTIC_DPM = "analytic-dpm";

  /** A plan that multiplies errors by more draws noise; what works stays below 70. */
  private static final double MAX_GAIN = 100;

  private final UnclipModel model;
  private final ModelFacts facts;
  private final Samplers samplers;
  private final Samplers priorSamplers;
  private final Residency residency;
  private final PriorChoice prior;
  private final Optional<KnownWords> words;

  private LocalModel(UnclipModel model, Path folder, Residency residency, PriorChoice prior) {
    this.model = model;
    this.residency = residency;
    this.prior = prior;
    this.facts = ModelFacts.of(folder, model.imageSize());
    this.words = KnownWords.read(folder);
    this.samplers = injector().getInstance(Samplers.class);
    this.priorSamplers = withMeasured(samplers, folder);
  }

  /**
   * Loads a model; what it is called counts for nothing here.
   *
   * @throws IllegalArgumentException if there is no such pipeline folder, or it lacks that prior
   * @throws io.diffusion4j.checkpoint.CheckpointException if what it holds is damaged
   */
  public static LocalModel load(ServedModel served, Residency residency) {
    Path folder = served.folder();
    requirePipeline(folder);
    if (served.prior() == PriorChoice.AR
        && !Files.isDirectory(folder.resolve(UnclipFolder.PRIOR_AR))) {
      throw new IllegalArgumentException(
          "prior: ar (expected: a model with "
              + UnclipFolder.PRIOR_AR
              + ", which train prior-ar makes; "
              + folder
              + " has none)");
    }
    UnclipModel model =
        served
            .precision()
            .map(precision -> UnclipModel.load(folder, precision, residency))
            .orElseGet(() -> UnclipModel.load(folder, residency));
    try {
      return new LocalModel(model, folder, residency, served.prior());
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** Fails unless the folder is there and looks like a pipeline. */
  public static void requirePipeline(Path folder) {
    if (!Files.isRegularFile(folder.resolve(ModelFolder.INDEX))) {
      throw new IllegalArgumentException(
          "model: " + folder + " (expected: a folder with " + ModelFolder.INDEX + ")");
    }
  }

  /** The samplers that some stage of a folder knows, or of any, if there is no such folder. */
  public static Samplers samplers(Path folder) {
    return withMeasured(Samplers.standard(), folder);
  }

  /** With those for which something of the prior has to be measured first, if it was. */
  private static Samplers withMeasured(Samplers samplers, Path folder) {
    return EpsPowerFile.read(folder.resolve(DiffusionPrior.STAGE))
        .map(power -> samplers.with(ANALYTIC_DPM, new AnalyticDpmSampler(power)))
        .orElseGet(
            () -> samplers.without(ANALYTIC_DPM, "`diffusion4j measure` of the model first"));
  }

  private Injector injector() {
    int candidates = Defaults.candidates(facts);
    var unclip = new UnclipModule(model, candidates);
    return switch (prior) {
      case DIFFUSION -> Guice.createInjector(unclip);
      case AR -> Guice.createInjector(unclip, new AutoregressivePriorModule(single(), candidates));
    };
  }

  /** Text to images, as the service does it. */
  public TextToImage textToImage() {
    return injector().getInstance(TextToImage.class);
  }

  /** Text to images as the published pipelines do it: the prior draws a single embedding. */
  public TextToImage publishedTextToImage() {
    return new TextToImage(model.textEncoder(), single(), model.decoder(), model.upsampler());
  }

  /** Variations of images. */
  public ImageVariation imageVariation() {
    return injector().getInstance(ImageVariation.class);
  }

  /** The networks. */
  public UnclipModel networks() {
    return model;
  }

  /**
   * How a stage samples: as it was asked to, or else as this model does by itself.
   *
   * @param asked what was asked of each stage; nothing of those that are missing
   * @throws IllegalArgumentException if it cannot
   */
  public SamplingSettings settings(String stage, Map<String, StageOptions> asked) {
    StageCard card =
        Defaults.stages(priorSamplers, samplers, facts).stream()
            .filter(s -> s.name().equals(stage))
            .findFirst()
            .orElseThrow();
    var options = card.withDefaults(asked.getOrDefault(stage, StageOptions.getDefaultInstance()));
    if (options.getSteps() > card.maxSteps()) {
      throw new IllegalArgumentException(
          "steps of "
              + stage
              + ": "
              + options.getSteps()
              + " (expected: 1 to "
              + card.maxSteps()
              + ")");
    }
    SamplingSettings settings = card.settings(options);
    plan(facts.scheduler(stage), settings); // which says so if there is none
    return settings;
  }

  /**
   * The pipeline as a model of the service.
   *
   * @param name what requests call it
   */
  ImageEngine engine(String name) {
    UnclipStages stages = injector().getInstance(UnclipStages.class);
    ModelCard card =
        new ModelCard(
            name,
            "unCLIP, images of " + facts.imageSize() + "×" + facts.imageSize() + " pixels",
            facts.license(),
            digest(),
            facts.imageSize(),
            facts.imageSize(),
            Defaults.MAX_IMAGES,
            Defaults.BATCH,
            Defaults.stages(priorSamplers, samplers, facts),
            tasks());
    UnclipEngine engine =
        new UnclipEngine(card, stages)
            .withTruncation(this::truncation)
            .withUnknownWords(this::unknownWords)
            .withCheck((stage, settings) -> plan(facts.scheduler(stage), settings))
            .withAdvice((stage, settings) -> advice(facts.scheduler(stage), settings));
    return residency == Residency.ALWAYS ? engine.withEmbedder(embedder(stages)) : engine;
  }

  /** What there are networks for. */
  private Set<TaskCase> tasks() {
    Set<TaskCase> tasks =
        EnumSet.of(
            TaskCase.UPSCALE, TaskCase.FROM_EMBEDDING, TaskCase.INPAINT, TaskCase.IMAGE_TO_IMAGE);
    if (hasPrior()) {
      tasks.add(TaskCase.TEXT_TO_IMAGE);
    }
    if (model.hasImageEncoder()) {
      tasks.addAll(EnumSet.of(TaskCase.VARIATION, TaskCase.INTERPOLATION, TaskCase.TEXT_DIFF));
    }
    return tasks;
  }

  /**
   * The space of its embeddings. Where networks come and go it is not told: to score an image would
   * load two of them again.
   */
  private Embedder embedder(UnclipStages stages) {
    return new Embedder(
        model.embeddingSize(),
        stages.textEncoder(),
        model.hasImageEncoder() ? Optional.of(stages.imageEncoder()) : Optional.empty(),
        hasPrior() ? Optional.of(stages.prior()) : Optional.empty());
  }

  private Prior single() {
    return switch (prior) {
      case DIFFUSION -> model.prior();
      case AR -> model.autoregressivePrior();
    };
  }

  private boolean hasPrior() {
    return switch (prior) {
      case DIFFUSION -> model.hasPrior();
      case AR -> model.hasAutoregressivePrior();
    };
  }

  /** Where a prompt is cut, in words. */
  public Optional<String> truncation(String prompt) {
    return model
        .tokenizer()
        .encode(prompt)
        .truncatedAt()
        .map(
            rest ->
                "the model reads "
                    + (model.tokenizer().config().maxLength() - 2)
                    + " tokens; not read is what follows from \""
                    + rest
                    + "\"");
  }

  /** Which words of a prompt mean nothing to the model, in words; of some it is not known. */
  public Optional<String> unknownWords(String prompt) {
    return words.flatMap(known -> known.warning(prompt));
  }

  /** Some samplers cannot follow every number of steps; their plan tells before the work begins. */
  private static SamplingPlan plan(UnclipSchedulerConfig scheduler, SamplingSettings settings) {
    return settings.plan(
        new CosineSchedule(scheduler.trainTimesteps()), scheduler.spacing().timesteps());
  }

  /** The digest of what decides what it draws, see {@link ModelFacts#digest(Path, PriorChoice)}. */
  public String digest() {
    return ModelFacts.digest(facts.folder(), prior);
  }

  /** What the noise schedule of these models is too much for, in words. */
  private static Optional<String> advice(
      UnclipSchedulerConfig scheduler, SamplingSettings settings) {
    double gain = plan(scheduler, settings).gain();
    return gain <= MAX_GAIN
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "in %d steps it multiplies what the network is wrong about by up to %.0f; ddim and"
                    + " dpmpp-2m do not",
                settings.steps(),
                gain));
  }

  /** What its folder says of it. */
  public ModelFacts facts() {
    return facts;
  }

  @Override
  public void close() {
    model.close();
  }
}
