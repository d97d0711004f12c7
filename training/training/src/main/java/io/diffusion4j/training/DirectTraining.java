package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.prior.CaptionedEmbeddings;
import io.diffusion4j.prior.DirectBatches;
import io.diffusion4j.prior.DirectObjective;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.PriorTransformer;
import io.diffusion4j.prior.Standardization;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;

/** Trains a one-pass prior on CLIP's embeddings, which are not standardised. */
record DirectTraining(PartRun run) implements PartTraining {
  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.PRIOR_ECLIPSE);
  }

  @Override
  public boolean train() {
    var shape = run.shapes().direct();
    var config = run.config();
    var none = Standardization.none(shape.embeddingDim());
    try (var text = run.textModel();
        var image = run.imageTower()) {
      return run.fit(
          new DirectObjective(new PriorTransformer(shape), run.technique(PartTechniques.CONTRAST)),
          data ->
              new DirectBatches(
                  new CaptionedEmbeddings(run.examples(data), text, run.embedder(data, image), 0),
                  config.batchSize(),
                  config.seed()),
          trainer -> {
            if (startsFromOne()) {
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
                  run.examples(data),
                  text,
                  run.embedder(data, image)));
    }
  }

  private boolean startsFromOne() {
    return run.whole()
        .start()
        .filter(first -> Files.isDirectory(first.component(UnclipFolder.PRIOR_ECLIPSE)))
        .isPresent();
  }
}
