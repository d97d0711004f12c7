package io.diffusion4j.latent;

import static io.diffusion4j.latent.StableDiffusionFolder.VAE;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.data.TrainingOption;
import io.diffusion4j.ddpm.Autoencoder;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.KeyPatterns;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.weights.ModelFiles;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains the autoencoder, both halves together. The scaling factor of a new one is 1/σ of its
 * latents; that of a finished model stays, since its U-Net was trained with it.
 */
record LatentVaeTraining() implements TrainableComponent {
  /** The error of a value of a picture. */
  private static final TrainingOption<Function> ERROR =
      TrainingOption.oneOf("error", "l2", Map.of("l1", Function.ABS, "l2", Function.SQUARE));

  /** The weight of the divergence from N(0, I). */
  private static final TrainingOption<Double> DIVERGENCE =
      TrainingOption.number("kl", 1e-6, 0, 1e3);

  /** The weight of the distance of CLIP's features; 0 to do without CLIP. */
  private static final TrainingOption<Double> PERCEPTUAL =
      TrainingOption.number("perceptual", 0, 0, 1e3);

  @Override
  public String word() {
    return "latent-vae";
  }

  @Override
  public String component() {
    return VAE;
  }

  @Override
  public DataSet.Use use() {
    return DataSet.Use.PICTURES;
  }

  @Override
  public Techniques techniques() {
    return Techniques.of(ERROR, DIVERGENCE, PERCEPTUAL);
  }

  @Override
  public String home() {
    return "latent";
  }

  @Override
  public Preset.Schedule schedule(Preset preset) {
    return StableDiffusionSizes.vae(preset).training();
  }

  private static Path tower(ComponentRun run) {
    return run.whole().model().resolve(UnclipFolder.IMAGE_ENCODER);
  }

  @Override
  public Map<String, String> frozen(ComponentRun run) {
    return run.technique(PERCEPTUAL) > 0
        ? Map.of("image_encoder", Checkpoint.identity(List.of(tower(run))))
        : Map.of();
  }

  @Override
  public boolean train(ComponentRun run) {
    StableDiffusionTraining.requireOwnFolder(run);
    var sizes = StableDiffusionSizes.vae(run.preset());
    var shape = run.start().map(it -> Autoencoder.read(it.component(VAE))).orElseGet(sizes::shape);
    int size = sizes.size();
    Check.that(
        size % shape.factor() == 0,
        "latent-vae.size",
        size,
        "a multiple of the autoencoder's factor %s",
        shape.factor());
    if (run.technique(PERCEPTUAL) == 0) {
      return train(run, shape, Optional.empty());
    }
    Path tower = tower(run);
    Check.that(
        Files.isDirectory(tower),
        "model",
        run.whole().model() + ", without " + UnclipFolder.IMAGE_ENCODER,
        "CLIP, for the technique %s: train clip first, or name one by --clip",
        PERCEPTUAL.name());
    var compute = run.config().compute().withPrecision(Precision.FLOAT32);
    try (var features = new ClipFeatures(tower, size, compute)) {
      return train(withoutTower(run), shape, Optional.of(features));
    }
  }

  /** Returns a run that does not train CLIP's tower. */
  private static ComponentRun withoutTower(ComponentRun run) {
    var config = run.config();
    List<String> frozen = new ArrayList<>(config.frozen().patterns());
    frozen.add(AutoencoderObjective.TOWER + ".*");
    return new ComponentRun(
        run.whole(),
        run.setup(),
        config.withFrozen(new KeyPatterns(frozen)),
        run.checkpointEvery(),
        run.inspection(),
        run.observer(),
        run.changes());
  }

  private static boolean train(
      ComponentRun run, Autoencoder shape, Optional<ClipFeatures> features) {
    var config = run.config();
    int size = StableDiffusionSizes.vae(run.preset()).size();
    int side = size / shape.factor();
    return run.fit(
        new AutoencoderObjective(
            shape,
            Pixels.square(size),
            run.technique(ERROR),
            run.technique(DIVERGENCE),
            run.technique(PERCEPTUAL),
            features),
        data ->
            new AutoencoderBatches(
                data.examples(size, config.seed()),
                side * side * shape.latentChannels(),
                features.map(it -> it::of),
                config.batchSize(),
                config.seed()),
        trainer -> start(run, trainer, features.isPresent()),
        (to, weights) -> write(to, shape, ofAutoencoder(weights)));
  }

  private static TensorSource ofAutoencoder(TensorSource weights) {
    return weights.only(name -> !name.startsWith(AutoencoderObjective.TOWER + "."));
  }

  /** Sets the weights that are not random: those to start from, and those of CLIP. */
  private static void start(ComponentRun run, Trainer trainer, boolean sees) {
    if (run.start().isEmpty() && !sees) {
      return;
    }
    TensorSource own =
        run.start()
            .map(first -> ComponentRun.weights(first.component(VAE), Checkpoint.DIFFUSERS))
            .map(CurrentNames::of)
            .orElseGet(() -> ofAutoencoder(trainer.weights()));
    var weights = new TensorMap().putAll("", own);
    if (sees) {
      weights.putAll(AutoencoderObjective.TOWER + ".", ClipFeatures.weights(tower(run)));
    }
    trainer.startFrom(weights);
  }

  private static void write(ComponentRun to, Autoencoder shape, TensorSource weights) {
    double scaling = to.start().isPresent() ? shape.scaling() : 1 / deviation(to, shape, weights);
    Path folder = to.made(VAE);
    shape.withScaling(scaling).write(folder);
    ModelFiles.write(folder, Checkpoint.DIFFUSERS, weights, name -> true, to.notes());
  }

  /**
   * Returns the standard deviation of drawn latents over pictures, positions and channels (Rombach
   * et al. 2022, appendix G): the variance of the means, and the mean of the variances.
   */
  private static double deviation(ComponentRun run, Autoencoder shape, TensorSource weights) {
    var sizes = StableDiffusionSizes.vae(run.preset());
    int size = sizes.size();
    var pictures = run.setup().data().examples(size, sizes.training().seed());
    var vae = new Vae.Kl(shape);
    double sum = 0;
    double squares = 0;
    long count = 0;
    try (var encoder =
        new CompiledNetwork(
            vae.encoder(size, size),
            weights.only(name -> Vae.isOf("encoder", name)),
            run.config().compute().repeatable())) {
      for (int i = 0; i < sizes.statistics(); i++) {
        float[] pixels = pictures.get(i).image().pixels();
        float[] moments = encoder.run(new Batch(1).floats(Vae.PIXELS, pixels)).get(0);
        int channels = shape.latentChannels();
        for (int at = 0; at < moments.length; at += 2 * channels) {
          for (int c = at; c < at + channels; c++) {
            double deviation = VaeModel.deviation(moments[c + channels]);
            sum += moments[c];
            squares += moments[c] * moments[c] + deviation * deviation;
            count++;
          }
        }
      }
    }
    double mean = sum / count;
    return Math.sqrt(squares / count - mean * mean);
  }
}
