package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.nn.train.NoisedBatch;
import io.diffusion4j.prior.CaptionedEmbeddings;
import io.diffusion4j.prior.PriorBatches;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.PriorObjective;
import io.diffusion4j.prior.PriorTransformer;
import io.diffusion4j.prior.Standardization;
import io.diffusion4j.training.preset.Preset;
import io.diffusion4j.unclip.UnclipFolder;
import java.util.List;
import java.util.Map;

/** Trains the diffusion prior on CLIP's embeddings. */
record PriorTraining(Workshop workshop, PriorTechniques techniques) implements PartTraining {
  private static final String SCHEDULER = "prior_scheduler";

  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.PRIOR, SCHEDULER);
  }

  @Override
  public boolean train(Job job) {
    Preset preset = workshop.preset();
    var shape = preset.priorConfig();
    var config = job.config();
    DataSet data = job.setup().data();
    try (var text = workshop.textModel(config.compute());
        var image = workshop.imageModel(config.compute())) {
      var standardization =
          techniques.standardized()
              ? standardization(data, image)
              : Standardization.none(preset.clip().embedding());
      var noise =
          new NoisedBatch(
              new CosineSchedule(Workshop.TRAIN_STEPS),
              techniques.prediction(),
              Weighting.SIMPLE,
              shape.width());
      var batches =
          new PriorBatches(
              new CaptionedEmbeddings(workshop.captioned(job), text, image, techniques.drop()),
              standardization,
              noise,
              config.batchSize(),
              config.seed());
      return workshop.run(
          job,
          new PriorObjective(new PriorTransformer(shape)),
          batches,
          trainer -> workshop.start(trainer, Checkpoint.DIFFUSERS, Map.of("", UnclipFolder.PRIOR)),
          weights -> {
            PriorModel.write(
                workshop.folder(UnclipFolder.PRIOR),
                shape,
                weights,
                standardization,
                job.notes(preset));
            UnclipSchedulerConfig.prior()
                .withParameterization(techniques.prediction())
                .write(workshop.scheduler(SCHEDULER));
          });
    }
  }

  private Standardization standardization(DataSet data, ImageEncoder encoder) {
    Preset preset = workshop.preset();
    var examples = workshop.captioned(data, preset.prior().training().seed());
    return Standardization.of(
        Workshop.embeddings(examples, encoder, preset.prior().statistics()),
        preset.clip().embedding());
  }
}
