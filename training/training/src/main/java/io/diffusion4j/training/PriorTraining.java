package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
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
record PriorTraining(PartRun run) implements PartTraining {
  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.PRIOR, UnclipFolder.PRIOR_SCHEDULER);
  }

  @Override
  public boolean train() {
    var shape = run.shapes().prior();
    var config = run.config();
    try (var text = run.textModel();
        var image = run.imageTower()) {
      var standardization =
          run.whole()
              .start()
              .map(first -> PriorModel.readStandardization(first.component(UnclipFolder.PRIOR)))
              .orElseGet(() -> standardization(image, shape.embeddingDim()));
      var noise =
          new NoisedBatch(
              new CosineSchedule(PartRun.TRAIN_STEPS),
              run.technique(PartTechniques.PREDICTION),
              Weighting.SIMPLE,
              shape.width());
      return run.fit(
          new PriorObjective(new PriorTransformer(shape)),
          data ->
              new PriorBatches(
                  new CaptionedEmbeddings(
                      run.examples(data),
                      text,
                      run.embedder(data, image),
                      run.technique(PartTechniques.DROP)),
                  standardization,
                  noise,
                  config.batchSize(),
                  config.seed()),
          trainer -> run.start(trainer, Checkpoint.DIFFUSERS, Map.of("", UnclipFolder.PRIOR)),
          (to, weights) -> {
            PriorModel.write(
                to.made(UnclipFolder.PRIOR), shape, weights, standardization, to.notes());
            to.writeScheduler(UnclipFolder.PRIOR_SCHEDULER, SchedulerConfig.unclipPrior());
          },
          data ->
              new PriorHealth(
                  shape,
                  noise.parameterization(),
                  standardization,
                  config.compute(),
                  run.examples(data),
                  text,
                  run.embedder(data, image)));
    }
  }

  private Standardization standardization(ImageEncoder tower, int length) {
    if (!run.technique(PartTechniques.STANDARDIZED)) {
      return Standardization.none(length);
    }
    Preset preset = run.preset();
    var examples = run.examples(preset.prior().training().seed());
    var embedder = run.embedder(run.setup().data(), tower);
    return Standardization.of(embedder.first(examples, preset.prior().statistics()), length);
  }
}
