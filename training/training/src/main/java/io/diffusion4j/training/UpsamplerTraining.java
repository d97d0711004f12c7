package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.UpsamplerBatches;
import io.diffusion4j.decoder.UpsamplerObjective;
import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.unclip.UnclipFolder;
import java.util.List;
import java.util.Map;

/**
 * Trains one of the upsampler's two networks; the network for the last step starts from the other.
 */
record UpsamplerTraining(PartRun run) implements PartTraining {
  /** The last step of seven visits t = 0; a few neighbours make the network robust. */
  private static final int LAST_TIMESTEPS = 20;

  @Override
  public List<String> folders() {
    return List.of(network(), UnclipFolder.SUPER_RES_SCHEDULER);
  }

  private boolean isLast() {
    return run.setup().part() == Part.UPSAMPLER_LAST;
  }

  private String network() {
    return isLast() ? UnclipFolder.SUPER_RES_LAST : UnclipFolder.SUPER_RES_FIRST;
  }

  @Override
  public boolean train() {
    var config = run.config();
    var shape = run.shapes().upsampler(network());
    var preset = run.preset().upsampler();
    int crop = shape.sampleSize() == preset.size() ? preset.crop() : shape.sampleSize();
    return run.fit(
        new UpsamplerObjective(new Unet(shape), crop),
        data ->
            new UpsamplerBatches(
                data.examples(shape.sampleSize(), config.seed()),
                run.shapes().smallSize(),
                crop,
                run.pixelNoise(shape),
                isLast() ? LAST_TIMESTEPS : PartRun.TRAIN_STEPS,
                run.technique(PartTechniques.BLUR),
                config.batchSize(),
                config.seed()),
        this::start,
        (to, weights) -> {
          DecoderFolders.writeUpsampler(to.made(network()), shape, weights, to.notes());
          to.writeScheduler(
              UnclipFolder.SUPER_RES_SCHEDULER,
              SchedulerConfig.unclip(
                  PartRun.TRAIN_STEPS,
                  VarianceType.FIXED_SMALL,
                  true,
                  1,
                  run.technique(PartTechniques.PREDICTION)));
        });
  }

  private void start(Trainer trainer) {
    if (isLast() && run.whole().first() == null) {
      trainer.startFrom(
          PartRun.weights(run.folder(UnclipFolder.SUPER_RES_FIRST), Checkpoint.DIFFUSERS));
    } else {
      run.start(trainer, Checkpoint.DIFFUSERS, Map.of("", network()));
    }
  }
}
