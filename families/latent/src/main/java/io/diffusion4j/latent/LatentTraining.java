package io.diffusion4j.latent;

import static io.diffusion4j.latent.StableDiffusionFolder.SCHEDULER;
import static io.diffusion4j.latent.StableDiffusionFolder.TEXT_ENCODER;
import static io.diffusion4j.latent.StableDiffusionFolder.UNET;
import static io.diffusion4j.latent.StableDiffusionFolder.VAE;
import static io.diffusion4j.training.PartTechniques.DENSITY;
import static io.diffusion4j.training.PartTechniques.DROP;
import static io.diffusion4j.training.PartTechniques.LOSS;
import static io.diffusion4j.training.PartTechniques.PREDICTION;
import static io.diffusion4j.training.PartTechniques.SHIFT;
import static io.diffusion4j.training.PartTechniques.WEIGHTING;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.data.FeatureCache;
import io.diffusion4j.data.ImageBuckets;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.data.TrainingOption;
import io.diffusion4j.decoder.backbone.NamedBackbone;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.ObjectiveForms;
import io.diffusion4j.nn.train.diffusion.DenoisingObjective;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.weights.ModelFiles;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains the U-Net on latents of pictures under the states of their captions, with the frozen
 * autoencoder and text tower of the model. The encoder's answers are computed once and kept beside
 * the state.
 */
record LatentTraining() implements TrainableComponent {
  /** The bytes of latents that a run keeps at most: those of 32,000 pictures of 512×512. */
  private static final long KEPT = 4L << 30;

  /** The prefix of the network's keys in a training, and in the published files of updates. */
  static final String NETWORK = UNET + ".";

  private static final String LATENTS = "latents";

  /** Whether a latent is drawn from its distribution in each step; otherwise it is the mean. */
  private static final TrainingOption<Boolean> DRAWN =
      TrainingOption.oneOf(LATENTS, "sample", Map.of("sample", true, "mean", false));

  /** The step between the sizes of pictures; 0 for squares only. */
  private static final TrainingOption<Double> BUCKETS =
      TrainingOption.number("buckets", 0, 0, 1024).addedLater();

  @Override
  public String word() {
    return "latent";
  }

  @Override
  public String component() {
    return UNET;
  }

  @Override
  public List<String> folders() {
    return List.of(UNET, SCHEDULER);
  }

  /** Those of the published training: the plain loss at uniform timesteps. */
  @Override
  public Techniques techniques() {
    return Techniques.of(
            PREDICTION, NamedBackbone.OPTION, LOSS, WEIGHTING, DENSITY, SHIFT, DROP, DRAWN, BUCKETS)
        .with(PREDICTION.name(), "eps")
        .with(WEIGHTING.name(), "simple")
        .with(SHIFT.name(), "1");
  }

  @Override
  public String home() {
    return word();
  }

  @Override
  public Optional<String> lowRankPrefix() {
    return Optional.of(NETWORK);
  }

  @Override
  public String updatesPrefix() {
    return NETWORK;
  }

  @Override
  public Preset.Schedule schedule(Preset preset) {
    return StableDiffusionSizes.unet(preset).training();
  }

  @Override
  public Map<String, String> frozen(ComponentRun run) {
    return Map.of(
        TEXT_ENCODER, Checkpoint.identity(List.of(run.folder(TEXT_ENCODER))), VAE, vae(run));
  }

  private static String vae(ComponentRun run) {
    return Checkpoint.identity(List.of(run.folder(VAE)), Checkpoint.DIFFUSERS);
  }

  @Override
  public boolean train(ComponentRun run) {
    StableDiffusionTraining.requireOwnFolder(run);
    Path model = run.whole().model();
    for (String name : List.of(UnclipFolder.TOKENIZER, TEXT_ENCODER, VAE)) {
      Check.that(
          Files.isDirectory(run.folder(name)),
          "model",
          model + ", without " + name,
          "clip and latent-vae, trained first, or a model to start from");
    }
    run.whole().group().inTurn(() -> StableDiffusionTraining.dropProjection(model));
    var vae = StableDiffusionFolder.AUTOENCODER.readIn(model);
    var tower = StableDiffusionFolder.TEXT.readIn(model);
    int width = tower.transformer().width();
    Path first = run.whole().first();
    var unet = shape(run, vae, width);
    int side = unet.sampleSize();
    var scheduler =
        (first == null
                ? StableDiffusionConfig.sd15().scheduler()
                : StableDiffusionFolder.NOISE.readIn(first))
            .withParameterization(run.technique(PREDICTION));
    var buckets = buckets(run.technique(BUCKETS), side, vae.factor());
    var objective =
        new ObjectiveForms(
            buckets.sizes().stream()
                .<Objective>map(
                    size -> objective(unet, latent(size, vae.factor()), tower.positions()))
                .toList());
    var noise =
        new NoisedBatch(
                scheduler.schedule(),
                scheduler.parameterization(),
                run.technique(WEIGHTING),
                unet.sinusoid()::at)
            .withTimesteps(
                run.timesteps(
                    scheduler.trainTimesteps(),
                    TimestepSampler.shifted(scheduler.trainTimesteps(), run.technique(SHIFT))));
    var config = run.config();
    Path state = run.whole().work().resolve(word());
    var kept = new FeatureCache(state.resolve(LATENTS), vae(run), KEPT);
    try (var text = openText(run, config.compute());
        var encoder = new VaeModel(run.folder(VAE), config.compute().repeatable())) {
      return run.fit(
          objective,
          data ->
              new CaptionedLatents(
                  buckets.sizes().size() == 1
                      ? data.examples(side * vae.factor(), config.seed())
                      : data.bucketed(buckets, config.batchSize(), config.seed()),
                  buckets,
                  vae,
                  picture ->
                      data.size().isPresent() // otherwise no picture comes twice
                          ? kept.of(picture, encoder::encode)
                          : encoder.encode(picture),
                  run.technique(DRAWN),
                  text,
                  run.technique(DROP),
                  noise,
                  config.batchSize(),
                  config.seed()),
          trainer -> run.start(trainer, Checkpoint.DIFFUSERS, Map.of(NETWORK, UNET)),
          (to, weights) -> {
            unet.write(to.made(UNET));
            ModelFiles.write(
                to.made(UNET),
                Checkpoint.DIFFUSERS,
                weights.withoutPrefix(NETWORK),
                name -> true,
                to.notes());
            scheduler.write(to.made(SCHEDULER).resolve(SchedulerConfig.FILE_NAME));
          });
    }
  }

  /** Returns the network to train: the preset's, a plugin's, or that of the model to start from. */
  private static LatentBackbone shape(ComponentRun run, Vae vae, int width) {
    Path first = run.whole().first();
    var plugin =
        NamedBackbone.requested(run.setup().techniques(), first == null, "with --start-from");
    if (first != null) {
      return requireFits(StableDiffusionFolder.DENOISER.readIn(first), vae, width);
    }
    var unet = StableDiffusionSizes.unet(run.preset()).shape(vae, width);
    return plugin.<LatentBackbone>map(unet::of).orElse(unet);
  }

  private static ImageBuckets buckets(double step, int side, int factor) {
    int pixels = side * factor;
    if (step == 0) {
      return new ImageBuckets(List.of(Pixels.square(pixels)));
    }
    Check.that(step % factor == 0, BUCKETS.name(), step, "a multiple of %s pixels", factor);
    return ImageBuckets.of(pixels, (int) step);
  }

  private static Pixels latent(Pixels image, int factor) {
    return new Pixels(image.width() / factor, image.height() / factor);
  }

  /**
   * Returns the squared error of a network's prediction, with the weights of the batch.
   *
   * @param size the size of the latents
   * @param length the number of tokens of a text
   */
  static DenoisingObjective objective(LatentBackbone unet, Pixels size, int length) {
    var network = unet.network(size.height(), size.width(), length);
    return (nn, inputs) -> network.define(nn.at(UNET), inputs);
  }

  private static ClipTextModel openText(ComponentRun run, Compute compute) {
    Path model = run.whole().model();
    try (var weights = StableDiffusionFolder.textWeights(model)) {
      return new ClipTextModel(
          StableDiffusionFolder.WORDS.readIn(model),
          StableDiffusionFolder.TEXT.readIn(model),
          weights.only(ClipFolders::isParameter),
          compute.withPrecision(Precision.FLOAT32));
    }
  }

  private static LatentBackbone requireFits(LatentBackbone unet, Vae vae, int width) {
    Check.that(
        unet.besideChannels() == 0 && unet.guidanceDim() == 0 && unet.labelDim() == 0,
        "start-from",
        "a U-Net with further inputs",
        "one of latents and a text: not for inpainting, LCM or Stable unCLIP");
    Check.that(
        unet.outChannels() == vae.latentChannels(),
        "vae: latent_channels",
        vae.latentChannels(),
        "%s, those of the U-Net to start from",
        unet.outChannels());
    Check.that(
        unet.contextDim() == width,
        TEXT_ENCODER + ": hidden_size",
        width,
        "%s, the cross_attention_dim of the U-Net to start from",
        unet.contextDim());
    return unet;
  }
}
