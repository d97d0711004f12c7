package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.UpsamplerBatches;
import io.diffusion4j.decoder.UpsamplerObjective;
import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.training.preset.Preset;
import io.diffusion4j.unclip.UnclipFolder;
import java.util.List;
import java.util.Map;

/**
 * Trains one of the upsampler's two networks.
 *
 * @param last whether it is that for the last step, which starts from the other
 */
record UpsamplerTraining(Workshop workshop, UpsamplerTechniques techniques, boolean last)
    implements PartTraining {
  private static final String SCHEDULER = "super_res_scheduler";

  /** The last step of seven visits t = 0; a few neighbours make the network robust. */
  private static final int LAST_TIMESTEPS = 20;

  @Override
  public List<String> folders() {
    return List.of(network(), SCHEDULER);
  }

  private String network() {
    return last ? UnclipFolder.SUPER_RES_LAST : UnclipFolder.SUPER_RES_FIRST;
  }

  @Override
  public boolean train(Job job) {
    Preset preset = workshop.preset();
    var config = job.config();
    var shape = preset.upsamplerConfig();
    int crop = preset.upsampler().crop();
    var batches =
        new UpsamplerBatches(
            job.setup().data().examples(preset.imageSize(), config.seed()),
            preset.decoder().size(),
            crop,
            Workshop.pixelNoise(techniques.prediction(), techniques.weighting(), shape),
            last ? LAST_TIMESTEPS : Workshop.TRAIN_STEPS,
            techniques.blur(),
            config.batchSize(),
            config.seed());
    return workshop.run(
        job,
        new UpsamplerObjective(new Unet(shape), crop),
        batches,
        this::start,
        weights -> {
          DecoderFolders.writeUpsampler(
              workshop.folder(network()), shape, weights, job.notes(preset));
          new UnclipSchedulerConfig(
                  Workshop.TRAIN_STEPS, VarianceType.FIXED_SMALL, true, 1, techniques.prediction())
              .write(workshop.scheduler(SCHEDULER));
        });
  }

  private void start(Trainer trainer) {
    if (last && workshop.first() == null) {
      trainer.startFrom(
          Workshop.weights(workshop.folder(UnclipFolder.SUPER_RES_FIRST), Checkpoint.DIFFUSERS));
    } else {
      workshop.start(trainer, Checkpoint.DIFFUSERS, Map.of("", network()));
    }
  }
}
