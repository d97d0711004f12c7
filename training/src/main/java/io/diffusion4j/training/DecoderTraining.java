package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig.Spacing;
import io.diffusion4j.decoder.DecoderBatches;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderObjective;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.nn.weights.WithoutPrefix;
import io.diffusion4j.unclip.UnclipFolder;
import java.util.List;
import java.util.Map;

/** Trains the decoder, and what projects embeddings to it. */
record DecoderTraining(Job job) implements PartTraining {
  /** What the keys of the network begin with while it is trained. */
  static final String NETWORK = "decoder.";

  private static final String PROJECTION = "text_proj.";

  /** The timesteps of {@link PartTechniques#LOW_NOISE}: 1 − ᾱ is at most 0.005. */
  private static final int LOW_NOISE = 40;

  /**
   * Of the draws, one in fifty is one of these timesteps: whoever ends at t = 0, as diffusers does,
   * has for a picture what the network answers there, and one draw in a thousand teaches it little.
   */
  private static final int FINAL = 2;

  private static final double FINAL_SHARE = 0.02;

  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.DECODER, UnclipFolder.TEXT_PROJ, UnclipFolder.DECODER_SCHEDULER);
  }

  @Override
  public boolean train() {
    var config = job.config();
    var shape = job.shapes().decoder();
    var projection = job.shapes().projection();
    int length = job.shapes().text().positions();
    var objective = new DecoderObjective(shape, projection, length);
    var noise =
        job.pixelNoise(shape)
            .withTimesteps(
                TimestepSampler.shifted(Job.TRAIN_STEPS, job.technique(PartTechniques.SHIFT))
                    .mixedWith(
                        TimestepSampler.uniform(LOW_NOISE), job.technique(PartTechniques.LOW_NOISE))
                    .mixedWith(TimestepSampler.uniform(FINAL), FINAL_SHARE));
    try (var text = job.textModel();
        var image = job.imageModel()) {
      return job.run(
          objective,
          data ->
              new DecoderBatches(
                  job.examples(data),
                  text,
                  image,
                  objective,
                  noise,
                  job.technique(PartTechniques.DROP),
                  job.technique(PartTechniques.TEXT_DROP),
                  config.batchSize(),
                  config.seed()),
          trainer ->
              job.start(
                  trainer,
                  Checkpoint.DIFFUSERS,
                  Map.of(NETWORK, UnclipFolder.DECODER, PROJECTION, UnclipFolder.TEXT_PROJ)),
          (to, weights) -> {
            var notes = to.notes();
            DecoderFolders.writeBackbone(
                to.made(UnclipFolder.DECODER), shape, new WithoutPrefix(weights, NETWORK), notes);
            DecoderFolders.writeProjection(
                to.made(UnclipFolder.TEXT_PROJ),
                projection,
                new WithoutPrefix(weights, PROJECTION),
                notes);
            to.writeScheduler(
                UnclipFolder.DECODER_SCHEDULER,
                new UnclipSchedulerConfig(
                        Job.TRAIN_STEPS,
                        VarianceType.LEARNED_RANGE,
                        true,
                        1,
                        job.technique(PartTechniques.PREDICTION))
                    .withSpacing(Spacing.TRAILING));
          });
    }
  }
}
