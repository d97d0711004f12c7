package io.diffusion4j.unclip.training;

import static io.diffusion4j.training.PartTechniques.BLUR;
import static io.diffusion4j.training.PartTechniques.LOSS;
import static io.diffusion4j.training.PartTechniques.PREDICTION;
import static io.diffusion4j.training.PartTechniques.WEIGHTING;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.decoder.UpsamplerBatches;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.decoder.UpsamplerObjective;
import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.diffusion.denoiser.LastStepDenoiser;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.Preview;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains one of the upsampler's two networks; the network for the last step starts from the other.
 */
record UpsamplerTraining(boolean last) implements TrainableComponent {
  /** The last step of seven visits t = 0; a few neighbours make the network robust. */
  private static final int LAST_TIMESTEPS = 20;

  @Override
  public String word() {
    return last ? "upsampler-last" : "upsampler";
  }

  @Override
  public String component() {
    return last ? UnclipFolder.SUPER_RES_LAST : UnclipFolder.SUPER_RES_FIRST;
  }

  @Override
  public List<String> folders() {
    return List.of(component(), UnclipFolder.SUPER_RES_SCHEDULER);
  }

  @Override
  public DataSet.Use use() {
    return DataSet.Use.PICTURES;
  }

  @Override
  public Techniques techniques() {
    return Techniques.of(PREDICTION, LOSS, WEIGHTING, BLUR);
  }

  @Override
  public List<String> sections() {
    return List.of("upsampler");
  }

  @Override
  public Optional<String> lowRankPrefix() {
    return last ? Optional.empty() : Optional.of("");
  }

  @Override
  public Preset.Schedule schedule(Preset preset) {
    return last
        ? preset.of(UnclipPreset.class).upsampler().lastStep()
        : preset.of(UnclipPreset.class).upsampler().training();
  }

  @Override
  public boolean train(ComponentRun run) {
    var own = new UnclipRun(run);
    var config = run.config();
    var shape = own.shapes().upsampler(component());
    var preset = own.preset().upsampler();
    int crop = shape.sampleSize() == preset.size() ? preset.crop() : shape.sampleSize();
    return run.fit(
        new UpsamplerObjective(new Unet(shape), crop),
        data ->
            new UpsamplerBatches(
                data.examples(shape.sampleSize(), config.seed()),
                own.shapes().smallSize(),
                crop,
                own.pixelNoise(shape),
                last ? LAST_TIMESTEPS : UnclipRun.TRAIN_STEPS,
                run.technique(BLUR),
                config.batchSize(),
                config.seed()),
        trainer -> start(run, trainer),
        (to, weights) -> {
          DecoderFolders.writeUpsampler(to.made(component()), shape, weights, to.notes());
          new UnclipRun(to)
              .writeScheduler(
                  UnclipFolder.SUPER_RES_SCHEDULER,
                  SchedulerConfig.unclip(
                      UnclipRun.TRAIN_STEPS,
                      VarianceType.FIXED_SMALL,
                      true,
                      1,
                      run.technique(PREDICTION)));
        });
  }

  /**
   * Enlarges shrunk pictures, with the first network alone until there is one for the last step.
   */
  @Override
  public List<Preview> previews(ComponentRun written, DataSet examples) {
    var own = new UnclipRun(written);
    var shape = own.shapes().upsampler(component());
    var scheduler =
        UnclipRun.scheduler(written.folder(UnclipFolder.SUPER_RES_SCHEDULER)).orElseThrow();
    var pictures =
        examples
            .examples(shape.sampleSize(), written.config().seed())
            .range(0, own.previews(examples));
    List<Draw<Image>> draws = new ArrayList<>();
    for (var picture : pictures) {
      int small = own.shapes().smallSize();
      var noise = new PhiloxNoise(0, draws.size());
      draws.add(new Draw<>(Resize.area(picture.image(), small, small), noise));
    }
    var stage = UnclipRun.SAMPLING.upsampler(scheduler, shape.sampleSize());
    try (var first = open(written, UnclipFolder.SUPER_RES_FIRST, scheduler);
        var end =
            Files.isDirectory(written.folder(UnclipFolder.SUPER_RES_LAST))
                ? open(written, UnclipFolder.SUPER_RES_LAST, scheduler)
                : open(written, UnclipFolder.SUPER_RES_FIRST, scheduler)) {
      var network = new LastStepDenoiser<>(first.denoiser(), end.denoiser());
      var drawn =
          new DiffusionUpsampler(network, stage)
              .upsample(draws, stage.defaults(), SamplingListener.NONE);
      return UnclipRun.previews(pictures, drawn);
    }
  }

  private UpsamplerModel open(ComponentRun run, String name, SchedulerConfig scheduler) {
    return UpsamplerModel.load(
        run.folder(name),
        name.equals(component()) ? run.updated() : weights -> weights,
        scheduler.parameterization(),
        run.config().compute());
  }

  private void start(ComponentRun run, Trainer trainer) {
    if (last && run.whole().first() == null) {
      trainer.startFrom(
          ComponentRun.weights(run.folder(UnclipFolder.SUPER_RES_FIRST), Checkpoint.DIFFUSERS));
    } else {
      run.start(trainer, Checkpoint.DIFFUSERS, Map.of("", component()));
    }
  }
}
