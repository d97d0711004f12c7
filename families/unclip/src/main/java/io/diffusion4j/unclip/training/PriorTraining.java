package io.diffusion4j.unclip.training;

import static io.diffusion4j.training.PartTechniques.DENSITY;
import static io.diffusion4j.training.PartTechniques.DROP;
import static io.diffusion4j.training.PartTechniques.LOSS;
import static io.diffusion4j.training.PartTechniques.PREDICTION;
import static io.diffusion4j.training.PartTechniques.PRIOR_SHIFT;
import static io.diffusion4j.training.PartTechniques.STANDARDIZED;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.prior.CaptionedEmbeddings;
import io.diffusion4j.prior.PriorBatches;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.PriorObjective;
import io.diffusion4j.prior.PriorTransformer;
import io.diffusion4j.prior.Standardization;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.UnclipFolder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Trains the diffusion prior on CLIP's embeddings. */
record PriorTraining() implements TrainableComponent {
  @Override
  public String word() {
    return "prior";
  }

  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.PRIOR, UnclipFolder.PRIOR_SCHEDULER);
  }

  @Override
  public Techniques techniques() {
    return Techniques.of(PREDICTION, LOSS, DENSITY, PRIOR_SHIFT, STANDARDIZED, DROP);
  }

  @Override
  public SortedMap<String, String> whileConstant(Preset preset) {
    return UnclipPreset.WhileConstant.of(preset, sizes -> sizes.prior().whileConstant());
  }

  @Override
  public boolean learnsFromEmbeddings() {
    return true;
  }

  @Override
  public Optional<String> lowRankPrefix() {
    return Optional.of("");
  }

  @Override
  public Preset.Schedule schedule(Preset preset) {
    return preset.of(UnclipPreset.class).prior().training();
  }

  @Override
  public Map<String, String> frozen(ComponentRun run) {
    return new UnclipRun(run).clip();
  }

  @Override
  public boolean train(ComponentRun run) {
    var own = new UnclipRun(run);
    var shape = own.shapes().prior();
    var config = run.config();
    try (var text = own.textModel();
        var image = own.imageTower()) {
      var standardization =
          run.start()
              .map(first -> PriorModel.readStandardization(first.component(UnclipFolder.PRIOR)))
              .orElseGet(() -> standardization(own, image, shape.embeddingDim()));
      return run.fit(
          new PriorObjective(new PriorTransformer(shape)),
          all ->
              run.batches(
                  all,
                  (at, data) ->
                      new PriorBatches(
                          new CaptionedEmbeddings(
                              own.examples(data),
                              text,
                              own.embedder(data, image),
                              at.technique(DROP)),
                          standardization,
                          noise(at, shape.width()),
                          config.batchSize(),
                          config.seed())),
          trainer -> run.start(trainer, Checkpoint.DIFFUSERS, Map.of("", UnclipFolder.PRIOR)),
          (to, weights) -> {
            PriorModel.write(
                to.made(UnclipFolder.PRIOR), shape, weights, standardization, to.notes());
            new UnclipRun(to)
                .writeScheduler(UnclipFolder.PRIOR_SCHEDULER, SchedulerConfig.unclipPrior());
          },
          data ->
              new PriorHealth(
                  shape,
                  run.technique(PREDICTION),
                  standardization,
                  config.compute(),
                  own.examples(data),
                  text,
                  own.embedder(data, image)));
    }
  }

  /** Without a shift, timesteps are drawn as before there was one, so old runs go on. */
  private static NoisedBatch noise(ComponentRun run, int width) {
    int steps = UnclipRun.TRAIN_STEPS;
    var timesteps =
        run.isChanged(PRIOR_SHIFT)
            ? TimestepSampler.shifted(steps, run.technique(PRIOR_SHIFT))
            : TimestepSampler.uniform(steps);
    return new NoisedBatch(
            new CosineSchedule(steps), run.technique(PREDICTION), Weighting.SIMPLE, width)
        .withTimesteps(run.timesteps(steps, timesteps));
  }

  private static Standardization standardization(UnclipRun own, ImageEncoder tower, int length) {
    ComponentRun run = own.run();
    if (!run.technique(STANDARDIZED)) {
      return Standardization.none(length);
    }
    UnclipPreset preset = own.preset();
    var examples = own.examples(preset.prior().training().seed());
    var embedder = own.embedder(run.setup().data(), tower);
    return Standardization.of(embedder.first(examples, preset.prior().statistics()), length);
  }
}
