package io.diffusion4j.unclip.training;

import static io.diffusion4j.training.PartTechniques.DENSITY;
import static io.diffusion4j.training.PartTechniques.DROP;
import static io.diffusion4j.training.PartTechniques.FLOW_PREDICTION;
import static io.diffusion4j.training.PartTechniques.FLOW_SHIFT;
import static io.diffusion4j.training.PartTechniques.LOSS;
import static io.diffusion4j.training.PartTechniques.PROCESS;
import static io.diffusion4j.training.PartTechniques.SHIFT;
import static io.diffusion4j.training.PartTechniques.TEXT_DROP;
import static io.diffusion4j.training.PartTechniques.WEIGHTING;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.SchedulerConfig.Spacing;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.decoder.DecoderBatches;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.DecoderObjective;
import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.backbone.NamedBackbone;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.PartTechniques;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.Preview;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Trains the decoder with its projection of embeddings. */
record DecoderTraining() implements TrainableComponent {
  /** The prefix of the network's keys during the training. */
  static final String NETWORK = "decoder.";

  private static final String PROJECTION = "text_proj.";

  /** The first convolution of a U-Net. */
  private static final String FIRST = NETWORK + "conv_in.weight";

  /**
   * One draw in fifty is one of these timesteps. A sampler that ends at t = 0, such as that of
   * diffusers, returns the network's output there, and one draw in a thousand would be too few.
   */
  private static final int FINAL = 2;

  private static final double FINAL_SHARE = 0.02;

  @Override
  public String word() {
    return "decoder";
  }

  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.DECODER, UnclipFolder.TEXT_PROJ, UnclipFolder.DECODER_SCHEDULER);
  }

  @Override
  public Techniques techniques() {
    return Techniques.of(
            FLOW_PREDICTION,
            NamedBackbone.OPTION,
            LOSS,
            WEIGHTING,
            SHIFT,
            PartTechniques.LOW_NOISE,
            DROP,
            TEXT_DROP,
            PROCESS,
            DENSITY,
            FLOW_SHIFT)
        .with(WEIGHTING.name(), "min-snr-plus-one-or-eps");
  }

  @Override
  public SortedMap<String, String> whileConstant(Preset preset) {
    return UnclipPreset.WhileConstant.of(preset, sizes -> sizes.decoder().whileConstant());
  }

  @Override
  public boolean learnsFromEmbeddings() {
    return true;
  }

  @Override
  public Optional<String> lowRankPrefix() {
    return Optional.of(NETWORK);
  }

  @Override
  public Preset.Schedule schedule(Preset preset) {
    return preset.of(UnclipPreset.class).decoder().training();
  }

  @Override
  public Map<String, String> frozen(ComponentRun run) {
    return new UnclipRun(run).clip();
  }

  /**
   * Returns the network to train: a plugin's layers in the default sizes, or the network of the
   * preset.
   */
  private static Backbone shape(UnclipRun own) {
    Backbone defaults = own.shapes().decoder();
    return NamedBackbone.requested(
            own.run().setup().techniques(),
            own.run().start().isEmpty() && !own.run().whole().inpainting(),
            "with --start-from or --inpainting")
        .<Backbone>map(layers -> layers.like(defaults))
        .orElse(defaults);
  }

  /**
   * Starts with the weights of a finished model. New input channels of the first convolution begin
   * at 0, so that the extended network starts with the same outputs.
   */
  private static void start(UnclipRun own, Trainer trainer) {
    Path first = own.run().whole().first();
    if (first == null) {
      return;
    }
    var weights =
        new TensorMap()
            .putAll(
                NETWORK,
                ComponentRun.weights(first.resolve(UnclipFolder.DECODER), Checkpoint.DIFFUSERS))
            .putAll(
                PROJECTION,
                ComponentRun.weights(first.resolve(UnclipFolder.TEXT_PROJ), Checkpoint.DIFFUSERS));
    long channels = own.shapes().decoder().inChannels();
    long[] shape = weights.names().contains(FIRST) ? weights.shape(FIRST) : new long[0];
    if (shape.length == 4 && shape[1] < channels) {
      int area = Math.toIntExact(shape[2] * shape[3]);
      int from = Math.toIntExact(shape[1] * area);
      int to = Math.toIntExact(channels * area);
      float[] narrow = weights.read(FIRST);
      float[] wide = new float[Math.toIntExact(shape[0] * to)];
      for (int out = 0; out < shape[0]; out++) {
        System.arraycopy(narrow, out * from, wide, out * to, from);
      }
      weights.put(FIRST, new long[] {shape[0], channels, shape[2], shape[3]}, wide);
    }
    trainer.startFrom(weights);
  }

  @Override
  public boolean train(ComponentRun run) {
    var own = new UnclipRun(run);
    var config = run.config();
    Backbone shape = shape(own);
    var projection = own.shapes().projection();
    int length = own.shapes().text().positions();
    var objective = new DecoderObjective(shape, projection, length);
    SchedulerConfig scheduler = scheduler(run);
    try (var text = own.textModel();
        var image = own.imageTower()) {
      return run.fit(
          objective,
          all ->
              run.batches(
                  all,
                  (at, data) ->
                      new DecoderBatches(
                          own.examples(data),
                          text,
                          own.embedder(data, image),
                          objective,
                          noise(at, shape, scheduler),
                          at.technique(DROP),
                          at.technique(TEXT_DROP),
                          config.batchSize(),
                          config.seed())),
          trainer -> start(own, trainer),
          (to, weights) -> {
            var notes = to.notes();
            DecoderFolders.writeBackbone(
                to.made(UnclipFolder.DECODER), shape, weights.withoutPrefix(NETWORK), notes);
            DecoderFolders.writeProjection(
                to.made(UnclipFolder.TEXT_PROJ),
                projection,
                weights.withoutPrefix(PROJECTION),
                notes);
            new UnclipRun(to).writeScheduler(UnclipFolder.DECODER_SCHEDULER, scheduler);
          });
    }
  }

  /** Decodes the embeddings of pictures, with their captions. */
  @Override
  public List<Preview> previews(ComponentRun written, DataSet examples) {
    var own = new UnclipRun(written);
    int count = own.previews(examples);
    List<CaptionedImage> pictures = own.examples(examples).range(0, count);
    var scheduler = UnclipRun.scheduler(written.folder(UnclipFolder.DECODER_SCHEDULER));
    try (var text = own.textModel();
        var tower = own.imageTower();
        var model =
            DecoderModel.load(
                written.folder(UnclipFolder.DECODER),
                written.updated(),
                written.folder(UnclipFolder.TEXT_PROJ),
                own.shapes().text().positions(),
                scheduler.orElseThrow(),
                written.config().compute())) {
      int size = model.config().sampleSize();
      var stage = UnclipRun.SAMPLING.decoder(scheduler.orElseThrow(), size);
      var embeddings = own.embedder(examples, tower).embed(own.examples(examples), 0, count);
      List<Draw<ImageDecoder.Condition>> draws = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        var prompt = Prompt.encode(text, pictures.get(i).caption(), "");
        var condition = new ImageDecoder.Condition(embeddings.get(i).embedding(), prompt);
        draws.add(new Draw<>(condition, new PhiloxNoise(0, i)));
      }
      var drawn =
          new DiffusionDecoder(model, model.denoiser(), stage)
              .decode(draws, stage.defaults(), SamplingListener.NONE);
      return UnclipRun.previews(pictures, drawn);
    }
  }

  private static SchedulerConfig scheduler(ComponentRun run) {
    return run.technique(PROCESS)
        ? SchedulerConfig.flow(UnclipRun.TRAIN_STEPS, run.technique(FLOW_SHIFT))
        : SchedulerConfig.unclip(
                UnclipRun.TRAIN_STEPS,
                VarianceType.LEARNED_RANGE,
                true,
                1,
                run.technique(FLOW_PREDICTION))
            .withSpacing(Spacing.TRAILING);
  }

  /** Returns the noising of pictures, at timesteps of a flow's density or of the shipped model. */
  private static NoisedBatch noise(ComponentRun run, Backbone network, SchedulerConfig scheduler) {
    boolean flow = run.technique(PROCESS);
    return new NoisedBatch(
        flow ? scheduler.schedule() : new CosineSchedule(UnclipRun.TRAIN_STEPS),
        scheduler.parameterization(),
        run.technique(WEIGHTING),
        network::sinusoid,
        run.timesteps(
            UnclipRun.TRAIN_STEPS,
            TimestepSampler.shifted(UnclipRun.TRAIN_STEPS, run.technique(SHIFT))
                .mixedWith(
                    TimestepSampler.uniform(UnclipRun.LOW_NOISE),
                    run.technique(PartTechniques.LOW_NOISE))
                .mixedWith(TimestepSampler.uniform(FINAL), FINAL_SHARE)));
  }
}
