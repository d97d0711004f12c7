package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.data.KeptValues;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.kandinsky.KandinskyPair;
import io.diffusion4j.kandinsky.KandinskyUnet;
import io.diffusion4j.kandinsky.LatentBatches;
import io.diffusion4j.kandinsky.LatentObjective;
import io.diffusion4j.kandinsky.MovqModel;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.weights.ModelFiles;
import io.diffusion4j.unclip.UnclipFolder;
import java.util.List;
import java.util.Map;

/**
 * Fine-tunes Kandinsky's U-Net on latents of pictures. The latents are computed once and kept
 * beside the state.
 *
 * @param pair the folders of the model that is written
 */
record KandinskyDecoderTraining(PartRun run, KandinskyPair pair) implements PartTraining {
  /** The bytes of latents that a run keeps at most: those of 60,000 pictures of 512×512. */
  private static final long KEPT = 4L << 30;

  private static final String LATENTS = "latents";

  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.DECODER, UnclipFolder.DECODER_SCHEDULER);
  }

  @Override
  public boolean train() {
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
                TimestepSampler.shifted(steps, run.technique(PartTechniques.SHIFT))
                    .mixedWith(
                        TimestepSampler.uniform(Math.min(steps, DecoderTraining.LOW_NOISE)),
                        run.technique(PartTechniques.LOW_NOISE)));
    var kept =
        new KeptValues(
            run.whole().work().resolve(run.setup().part().word()).resolve(LATENTS),
            pair.movqDigest(),
            KEPT);
    try (var tower = run.imageTower();
        var movq = new MovqModel(pair.movq(), latents(config.compute()))) {
      int side = unet.unet().sampleSize() * movq.factor();
      int shown = Math.max(side, run.shapes().vision().imageSize());
      return run.fit(
          objective,
          data ->
              new LatentBatches(
                  data.examples(shown, config.seed()),
                  side,
                  picture -> kept.of(picture, movq::encode),
                  run.embedder(data, tower),
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

  /**
   * Returns the settings for latents: one thread, as the last bits of convolutions depend on the
   * number of threads, and those of weights must not.
   */
  private static Compute latents(Compute usual) {
    return usual.withPrecision(Precision.FLOAT32).withThreads(Threads.of(1));
  }
}
