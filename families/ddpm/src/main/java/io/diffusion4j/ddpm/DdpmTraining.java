package io.diffusion4j.ddpm;

import static io.diffusion4j.training.PartTechniques.DENSITY;
import static io.diffusion4j.training.PartTechniques.DROP;
import static io.diffusion4j.training.PartTechniques.FLOW_PREDICTION;
import static io.diffusion4j.training.PartTechniques.FLOW_SHIFT;
import static io.diffusion4j.training.PartTechniques.LOSS;
import static io.diffusion4j.training.PartTechniques.NOISE;
import static io.diffusion4j.training.PartTechniques.PREDICTION;
import static io.diffusion4j.training.PartTechniques.PROCESS;
import static io.diffusion4j.training.PartTechniques.WEIGHTING;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.decoder.backbone.NamedBackbone;
import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Trains a DDPM, or a denoising autoencoder, which is a DDPM with one noise level, in a folder of
 * its own.
 */
record DdpmTraining(boolean autoencoder) implements TrainableComponent {
  /** The file of the picture beside the weights of an autoencoder. */
  private static final String DENOISED = "denoised.png";

  /** The number of pictures in it. */
  private static final int DRAWN = 8;

  @Override
  public String word() {
    return autoencoder ? "dae" : "ddpm";
  }

  @Override
  public String component() {
    return DdpmFolder.UNET;
  }

  @Override
  public List<String> folders() {
    return List.of(DdpmFolder.UNET, DdpmFolder.TRANSFORMER, DdpmFolder.SCHEDULER);
  }

  @Override
  public List<String> folders(ComponentRun run) {
    var network = network(run, run.setup().data().classes());
    return List.of(network.folder(), DdpmFolder.SCHEDULER);
  }

  @Override
  public Scope scope() {
    return Scope.SEPARATE;
  }

  @Override
  public DataSet.Use use() {
    return DataSet.Use.PICTURES;
  }

  @Override
  public Techniques techniques() {
    return autoencoder
        ? Techniques.of(PREDICTION, NamedBackbone.OPTION, LOSS, WEIGHTING, DENSITY, NOISE, DROP)
            .with(WEIGHTING.name(), "simple")
        : Techniques.of(
                FLOW_PREDICTION,
                NamedBackbone.OPTION,
                LOSS,
                WEIGHTING,
                DROP,
                PROCESS,
                DENSITY,
                FLOW_SHIFT)
            .with(PREDICTION.name(), "eps")
            .with(WEIGHTING.name(), "simple");
  }

  @Override
  public String home() {
    return word();
  }

  @Override
  public List<String> sections() {
    return List.of("ddpm");
  }

  @Override
  public Preset.Schedule schedule(Preset preset) {
    return DdpmSizes.of(preset).training();
  }

  @Override
  public boolean train(ComponentRun run) {
    var config = run.config();
    Path first = run.whole().first();
    var classes = run.setup().data().classes();
    var network = network(run, classes);
    Path model = run.whole().model();
    Check.that(
        !Files.exists(model.resolve(ModelFolder.INDEX)) || DdpmFolder.isAt(model),
        "model",
        model,
        "a folder of its own; another pipeline is there");
    boolean flow = !autoencoder && run.technique(PROCESS);
    var defaults = flow ? flow(run) : defaultScheduler(run);
    var scheduler =
        Optional.ofNullable(first)
            .map(folder -> new DdpmFolder(folder).scheduler())
            .filter(own -> own.kind().isFlow() == flow)
            .orElse(defaults)
            .withParameterization(run.technique(FLOW_PREDICTION));
    int steps = scheduler.trainTimesteps();
    var noise =
        new NoisedBatch(
            scheduler.schedule(),
            scheduler.parameterization(),
            run.technique(WEIGHTING),
            network::embedded,
            run.timesteps(steps, TimestepSampler.uniform(steps)));
    boolean finished =
        run.fit(
            new PixelObjective(network),
            data ->
                new PixelBatches(
                    run.classified(data).examples(network.height(), config.seed()),
                    network,
                    classes,
                    run.technique(DROP),
                    noise,
                    config.batchSize(),
                    config.seed()),
            trainer -> {
              if (first != null) {
                var stored =
                    ComponentRun.weights(new DdpmFolder(first).network(), Checkpoint.DIFFUSERS);
                trainer.startFrom(network.fromFolder(stored));
              }
            },
            (to, weights) ->
                new DdpmFolder(to.whole().model())
                    .write(network, scheduler, classes, weights, to.notes()));
    if (finished && autoencoder) {
      drawDenoised(run, model, network);
    }
    return finished;
  }

  private static SchedulerConfig flow(ComponentRun run) {
    return SchedulerConfig.flow(SchedulerConfig.ddpm().trainTimesteps(), run.technique(FLOW_SHIFT));
  }

  private SchedulerConfig defaultScheduler(ComponentRun run) {
    return autoencoder ? SchedulerConfig.autoencoder(run.technique(NOISE)) : SchedulerConfig.ddpm();
  }

  /** Draws the results of an autoencoder, for held-out pictures if there are any. */
  private static void drawDenoised(ComponentRun run, Path model, PixelBackbone network) {
    DataSet data = run.inspection().validation().orElse(run.setup().data());
    CaptionedImages examples = data.examples(network.height(), run.config().seed());
    List<Image> pictures =
        IntStream.range(0, DRAWN).mapToObj(i -> examples.get(i).image()).toList();
    Image sheet = DenoisedSheet.of(model, pictures, run.config().seed());
    Path file = model.resolve(DENOISED);
    try {
      Files.write(file, Png.encode(sheet, Map.of()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
  }

  /**
   * Returns the network to train: the preset's, with the classes of the pictures, or that of the
   * model to start from.
   */
  private static PixelBackbone network(ComponentRun run, List<String> classes) {
    Path first = run.whole().first();
    var plugin =
        NamedBackbone.requested(run.setup().techniques(), first == null, "with --start-from");
    if (first == null) {
      var sizes = DdpmSizes.of(run.preset());
      var network = plugin.map(sizes::plugin).orElseGet(sizes::network);
      return classes.isEmpty() ? network : network.withLabels(Labels.table(classes.size(), true));
    }
    var network = PixelFolders.read(new DdpmFolder(first).network());
    network.requirePictures();
    boolean fits =
        classes.isEmpty()
            ? network.labels().equals(Labels.NONE)
            : network.labels().count() == classes.size();
    Check.that(
        fits,
        "classes",
        classes.size() + " of the pictures",
        "as many as the network of %s has: %s",
        first,
        network.labels().count());
    return network;
  }

  /**
   * A sheet that shows the results of a denoising autoencoder. It has a row for each picture: the
   * picture, the noisy picture, its reconstruction, and the score that follows from the
   * reconstruction, (√ᾱ·r(x_t) − x_t)/(1−ᾱ). The score is scaled by the noise level, so a perfect
   * score is the negative noise; grey is 0.
   */
  private static final class DenoisedSheet {
    private static final String STAGE = "autoencoder";
    private static final int COLUMNS = 4;

    /** The number of standard deviations of the score that is shown as white or black. */
    private static final double WHITE_DEVIATIONS = 3;

    private DenoisedSheet() {}

    /**
     * Evaluates the network of a folder at its noisiest timestep.
     *
     * @param pictures the pictures of the network's size, at least one
     * @param seed the seed of the noise
     */
    static Image of(Path folder, List<Image> pictures, long seed) {
      var own = new DdpmFolder(folder);
      SchedulerConfig scheduler = own.scheduler();
      int t = scheduler.trainTimesteps() - 1;
      NoiseLevel level = scheduler.schedule().level(t);
      Conversion from = Conversion.of(scheduler.parameterization(), level.alphaBar());
      try (var model = PixelModel.load(own.network(), Compute.of(Precision.FLOAT32))) {
        Denoiser<PixelLabel> denoiser = model.denoiser(scheduler);
        List<Image> cells = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
          float[] x0 = pictures.get(i).pixels();
          float[] eps = new PhiloxNoise(seed, i).gaussian(STAGE, 0, x0.length);
          float[] xt = new float[x0.length];
          for (int k = 0; k < xt.length; k++) {
            xt[k] = (float) level.xt(x0[k], eps[k]);
          }
          var query = new Query<PixelLabel>(xt, (double) t, new PixelLabel.None());
          float[] output = denoiser.predict(List.of(query)).get(0).output();
          float[] noisy = new float[x0.length];
          float[] reconstruction = new float[x0.length];
          float[] score = new float[x0.length];
          for (int k = 0; k < x0.length; k++) {
            noisy[k] = (float) (xt[k] / level.signal());
            reconstruction[k] = (float) from.x0(xt[k], output[k]);
            score[k] =
                (float)
                    (level.noise() * level.score(from.eps(xt[k], output[k])) / WHITE_DEVIATIONS);
          }
          for (float[] pixels : List.of(x0, noisy, reconstruction, score)) {
            cells.add(new Image(pictures.get(i).width(), pictures.get(i).height(), pixels));
          }
        }
        return ContactSheet.of(cells, COLUMNS);
      }
    }
  }
}
