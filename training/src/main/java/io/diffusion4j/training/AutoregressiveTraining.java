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
record AutoregressiveTraining(Job job) implements PartTraining {
  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.PRIOR_AR);
  }

  @Override
  public boolean train() {
    Preset preset = job.preset();
    int statistics = preset.prior().statistics();
    var shape = job.shapes().autoregressive();
    var config = job.config();
    try (var text = job.textModel();
        var image = job.imageTower()) {
      var examples = job.examples(preset.priorAr().training().seed());
      var embedder = job.embedder(job.setup().data(), image);
      var embeddings = embedder.first(examples, statistics);
      var codes = EmbeddingCodes.of(embeddings, shape.components(), shape.buckets());
      var pairs = new CaptionedEmbeddings(examples, text, embedder, 0);
      var dots = AutoregressiveBatches.dots(pairs, statistics, shape.dotBuckets());
      return job.run(
          new AutoregressiveObjective(new AutoregressiveTransformer(shape)),
          data ->
              new AutoregressiveBatches(
                  new CaptionedEmbeddings(
                      job.examples(data),
                      text,
                      job.embedder(data, image),
                      job.technique(PartTechniques.DROP)),
                  codes,
                  dots,
                  config.batchSize(),
                  config.seed()),
          trainer -> job.start(trainer, Checkpoint.TRANSFORMERS, Map.of("", UnclipFolder.PRIOR_AR)),
          (to, weights) ->
              AutoregressiveModel.write(
                  to.made(UnclipFolder.PRIOR_AR), shape, weights, codes, dots, to.notes()));
    }
  }
}
