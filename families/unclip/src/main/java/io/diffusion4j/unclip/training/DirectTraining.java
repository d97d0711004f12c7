package io.diffusion4j.unclip.training;

import static io.diffusion4j.training.PartTechniques.CONTRAST;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.prior.CaptionedEmbeddings;
import io.diffusion4j.prior.DirectBatches;
import io.diffusion4j.prior.DirectObjective;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.PriorTransformer;
import io.diffusion4j.prior.Standardization;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;

/** Trains a one-pass prior on CLIP's embeddings, which are not standardised. */
record DirectTraining() implements TrainableComponent {
  @Override
  public String word() {
    return "prior-direct";
  }

  @Override
  public String component() {
    return UnclipFolder.PRIOR_ECLIPSE;
  }

  @Override
  public Scope scope() {
    return Scope.BY_NAME;
  }

  @Override
  public Techniques techniques() {
    return Techniques.of(CONTRAST);
  }

  @Override
  public boolean learnsFromEmbeddings() {
    return true;
  }

  @Override
  public List<String> sections() {
    return List.of("prior");
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
    var shape = own.shapes().direct();
    var config = run.config();
    var none = Standardization.none(shape.embeddingDim());
    try (var text = own.textModel();
        var image = own.imageTower()) {
      return run.fit(
          new DirectObjective(new PriorTransformer(shape), run.technique(CONTRAST)),
          data ->
              new DirectBatches(
                  new CaptionedEmbeddings(own.examples(data), text, own.embedder(data, image), 0),
                  config.batchSize(),
                  config.seed()),
          trainer -> {
            if (startsFromOne(run)) {
              run.start(trainer, Checkpoint.DIFFUSERS, Map.of("", UnclipFolder.PRIOR_ECLIPSE));
            }
          },
          (to, weights) ->
              PriorModel.write(
                  to.made(UnclipFolder.PRIOR_ECLIPSE), shape, weights, none, to.notes()),
          data ->
              new PriorHealth(
                  shape,
                  Parameterization.X0,
                  none,
                  config.compute(),
                  own.examples(data),
                  text,
                  own.embedder(data, image)));
    }
  }

  private static boolean startsFromOne(ComponentRun run) {
    return run.start()
        .filter(first -> Files.isDirectory(first.component(UnclipFolder.PRIOR_ECLIPSE)))
        .isPresent();
  }
}
