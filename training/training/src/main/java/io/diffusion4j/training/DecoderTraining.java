package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig.Spacing;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig.Spacing;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.decoder.DecoderBatches;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderObjective;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Path;
import java.util.List;

/** Trains the decoder with its projection of embeddings. */
record DecoderTraining(PartRun run) implements PartTraining {
  /** The prefix of the network's keys during the training. */
  static final String NETWORK = "decoder.";

  private static final String PROJECTION = "text_proj.";

  /** The first convolution of a U-Net. */
  private static final String FIRST = NETWORK + "conv_in.weight";

  /** The timesteps of {@link PartTechniques#LOW_NOISE}: 1 − ᾱ is at most 0.005. */
  static final int LOW_NOISE = 40;

  /**
   * One draw in fifty is one of these timesteps. A sampler that ends at t = 0, such as that of
   * diffusers, returns the network's output there, and one draw in a thousand would be too few.
   */
  private static final int FINAL = 2;

  private static final double FINAL_SHARE = 0.02;

  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.DECODER, UnclipFolder.TEXT_PROJ, UnclipFolder.DECODER_SCHEDULER);
  }

  /**
   * Starts with the weights of a finished model. New input channels of the first convolution begin
   * at 0, so that the extended network starts with the same outputs.
   */
  private void start(Trainer trainer) {
    Path first = run.whole().first();
    if (first == null) {
      return;
    }
    var weights =
        new TensorMap()
            .putAll(
                NETWORK, PartRun.weights(first.resolve(UnclipFolder.DECODER), Checkpoint.DIFFUSERS))
            .putAll(
                PROJECTION,
                PartRun.weights(first.resolve(UnclipFolder.TEXT_PROJ), Checkpoint.DIFFUSERS));
    long channels = run.shapes().decoder().inChannels();
    long[] shape = weights.names().contains(FIRST) ? weights.shape(FIRST) : new long[0];
    if (shape.length == 4 && shape[1] < channels) {
      int area = Math.toIntExact(shape[2] * shape[3]);
      int from = Math.toIntExact(shape[1] * area);
      int to = Math.toIntExact(channels * area);
      float[] own = weights.read(FIRST);
      float[] wide = new float[Math.toIntExact(shape[0] * to)];
      for (int out = 0; out < shape[0]; out++) {
        System.arraycopy(own, out * from, wide, out * to, from);
      }
      weights.put(FIRST, new long[] {shape[0], channels, shape[2], shape[3]}, wide);
    }
    trainer.startFrom(weights);
  }

  @Override
  public boolean train() {
    var config = run.config();
    var shape = run.shapes().decoder();
    var projection = run.shapes().projection();
    int length = run.shapes().text().positions();
    var objective = new DecoderObjective(shape, projection, length);
    var noise =
        run.pixelNoise(shape)
            .withTimesteps(
                TimestepSampler.shifted(PartRun.TRAIN_STEPS, run.technique(PartTechniques.SHIFT))
                    .mixedWith(
                        TimestepSampler.uniform(LOW_NOISE), run.technique(PartTechniques.LOW_NOISE))
                    .mixedWith(TimestepSampler.uniform(FINAL), FINAL_SHARE));
    try (var text = run.textModel();
        var image = run.imageTower()) {
      return run.fit(
          objective,
          data ->
              new DecoderBatches(
                  run.examples(data),
                  text,
                  run.embedder(data, image),
                  objective,
                  noise,
                  run.technique(PartTechniques.DROP),
                  run.technique(PartTechniques.TEXT_DROP),
                  config.batchSize(),
                  config.seed()),
          this::start,
          (to, weights) -> {
            var notes = to.notes();
            DecoderFolders.writeBackbone(
                to.made(UnclipFolder.DECODER), shape, weights.withoutPrefix(NETWORK), notes);
            DecoderFolders.writeProjection(
                to.made(UnclipFolder.TEXT_PROJ),
                projection,
                weights.withoutPrefix(PROJECTION),
                notes);
            to.writeScheduler(
                UnclipFolder.DECODER_SCHEDULER,
                SchedulerConfig.unclip(
                        PartRun.TRAIN_STEPS,
                        VarianceType.LEARNED_RANGE,
                        true,
                        1,
                        run.technique(PartTechniques.PREDICTION))
                    .withSpacing(Spacing.TRAILING));
          });
    }
  }
}
