package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.data.FeatureCache;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.weights.ModelFiles;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.PartTechniques;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.UnclipFolder;
import io.diffusion4j.unclip.training.UnclipRun;
import io.diffusion4j.unclip.training.UnclipTraining;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fine-tunes Kandinsky's U-Net on latents of pictures. The latents are computed once and kept
 * beside the state.
 */
record KandinskyDecoderTraining() implements TrainableComponent {
  /** The bytes of latents that a run keeps at most: those of 60,000 pictures of 512×512. */
  private static final long KEPT = 4L << 30;

  private static final String LATENTS = "latents";

  @Override
  public String word() {
    return UnclipTraining.DECODER.word();
  }

  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.DECODER, UnclipFolder.DECODER_SCHEDULER);
  }

  @Override
  public Techniques techniques() {
    return Techniques.of(
            PartTechniques.PREDICTION,
            PartTechniques.LOSS,
            PartTechniques.WEIGHTING,
            PartTechniques.DENSITY,
            PartTechniques.SHIFT,
            PartTechniques.LOW_NOISE,
            PartTechniques.DROP,
            PartTechniques.TEXT_DROP)
        .with(PartTechniques.WEIGHTING.name(), "min-snr-plus-one-or-eps");
  }

  @Override
  public boolean learnsFromEmbeddings() {
    return true;
  }

  @Override
  public Optional<String> lowRankPrefix() {
    return Optional.of(LatentObjective.NETWORK + ".");
  }

  @Override
  public Preset.Schedule schedule(Preset preset) {
    return UnclipTraining.DECODER.schedule(preset);
  }

  @Override
  public Map<String, String> frozen(ComponentRun run) {
    Map<String, String> frozen = new HashMap<>(UnclipTraining.DECODER.frozen(run));
    frozen.put("movq", Checkpoint.identity(List.of(run.folder(KandinskyPair.MOVQ))));
    return frozen;
  }

  @Override
  public boolean train(ComponentRun run) {
    var own = new UnclipRun(run);
    var pair = KandinskyPair.in(run.whole().model());
    var config = run.config();
    Check.that(
        run.technique(PartTechniques.TEXT_DROP) == 0,
        PartTechniques.TEXT_DROP.name(),
        run.technique(PartTechniques.TEXT_DROP),
        "0, as the decoder of Kandinsky reads no text");
    var start = KandinskyPair.of(run.whole().requireFirst());
    var unet = KandinskyUnet.read(start.unet());
    var scheduler =
        start.readDecoderScheduler().withParameterization(run.technique(PartTechniques.PREDICTION));
    var objective =
        new LatentObjective(
            unet, Pixels.square(unet.unet().sampleSize()), scheduler.variance().isLearned());
    int steps = scheduler.trainTimesteps();
    var noise =
        new NoisedBatch(
                scheduler.schedule(),
                scheduler.parameterization(),
                run.technique(PartTechniques.WEIGHTING),
                unet.unet()::sinusoid)
            .withTimesteps(
                run.timesteps(
                    steps,
                    TimestepSampler.shifted(steps, run.technique(PartTechniques.SHIFT))
                        .mixedWith(
                            TimestepSampler.uniform(Math.min(steps, UnclipRun.LOW_NOISE)),
                            run.technique(PartTechniques.LOW_NOISE))));
    var kept =
        new FeatureCache(
            run.whole().work().resolve(run.setup().part().word()).resolve(LATENTS),
            pair.movqDigest(),
            KEPT);
    try (var tower = own.imageTower();
        var movq = new MovqModel(pair.movq(), config.compute().repeatable())) {
      int side = unet.unet().sampleSize() * movq.factor();
      int shown = Math.max(side, own.shapes().vision().imageSize());
      return run.fit(
          objective,
          data ->
              new LatentBatches(
                  data.examples(shown, config.seed()),
                  side,
                  picture -> kept.of(picture, movq::encode),
                  own.embedder(data, tower),
                  tower::ofNothing,
                  run.technique(PartTechniques.DROP),
                  objective,
                  noise,
                  config.batchSize(),
                  config.seed()),
          trainer ->
              run.start(
                  trainer,
                  Checkpoint.DIFFUSERS,
                  Map.of(LatentObjective.NETWORK + ".", UnclipFolder.DECODER)),
          (to, weights) -> {
            unet.write(to.made(UnclipFolder.DECODER));
            ModelFiles.write(
                to.made(UnclipFolder.DECODER),
                Checkpoint.DIFFUSERS,
                weights.withoutPrefix(LatentObjective.NETWORK + "."),
                name -> true,
                to.notes());
            scheduler.write(
                to.made(UnclipFolder.DECODER_SCHEDULER).resolve(KandinskyPair.SCHEDULER_CONFIG));
          });
    }
  }
}
