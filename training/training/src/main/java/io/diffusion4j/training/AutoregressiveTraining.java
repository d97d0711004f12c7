package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.prior.AutoregressiveBatches;
import io.diffusion4j.prior.AutoregressiveModel;
import io.diffusion4j.prior.AutoregressiveObjective;
import io.diffusion4j.prior.AutoregressiveTransformer;
import io.diffusion4j.prior.CaptionedEmbeddings;
import io.diffusion4j.prior.EmbeddingCodes;
import io.diffusion4j.training.preset.Preset;
import io.diffusion4j.unclip.UnclipFolder;
import java.util.List;
import java.util.Map;

/** Trains the autoregressive prior on codes of CLIP's embeddings. */
record AutoregressiveTraining(PartRun run) implements PartTraining {
  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.PRIOR_AR);
  }

  @Override
  public boolean train() {
    Preset preset = run.preset();
    int statistics = preset.prior().statistics();
    var shape = run.shapes().autoregressive();
    var config = run.config();
    try (var text = run.textModel();
        var image = run.imageTower()) {
      var examples = run.examples(preset.priorAr().training().seed());
      var embedder = run.embedder(run.setup().data(), image);
      var embeddings = embedder.first(examples, statistics);
      var codes = EmbeddingCodes.of(embeddings, shape.components(), shape.buckets());
      var pairs = new CaptionedEmbeddings(examples, text, embedder, 0);
      var dots = AutoregressiveBatches.dots(pairs, statistics, shape.dotBuckets());
      return run.fit(
          new AutoregressiveObjective(new AutoregressiveTransformer(shape)),
          data ->
              new AutoregressiveBatches(
                  new CaptionedEmbeddings(
                      run.examples(data),
                      text,
                      run.embedder(data, image),
                      run.technique(PartTechniques.DROP)),
                  codes,
                  dots,
                  config.batchSize(),
                  config.seed()),
          trainer -> run.start(trainer, Checkpoint.TRANSFORMERS, Map.of("", UnclipFolder.PRIOR_AR)),
          (to, weights) ->
              AutoregressiveModel.write(
                  to.made(UnclipFolder.PRIOR_AR), shape, weights, codes, dots, to.notes()));
    }
  }
}
