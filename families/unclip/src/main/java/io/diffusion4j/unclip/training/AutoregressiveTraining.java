package io.diffusion4j.unclip.training;

import static io.diffusion4j.training.PartTechniques.DROP;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.prior.AutoregressiveBatches;
import io.diffusion4j.prior.AutoregressiveModel;
import io.diffusion4j.prior.AutoregressiveObjective;
import io.diffusion4j.prior.AutoregressiveTransformer;
import io.diffusion4j.prior.CaptionedEmbeddings;
import io.diffusion4j.prior.EmbeddingCodes;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.UnclipFolder;
import java.util.List;
import java.util.Map;

/** Trains the autoregressive prior on codes of CLIP's embeddings. */
record AutoregressiveTraining() implements TrainableComponent {
  @Override
  public String word() {
    return "prior-ar";
  }

  @Override
  public Techniques techniques() {
    return Techniques.of(DROP);
  }

  @Override
  public boolean learnsFromEmbeddings() {
    return true;
  }

  @Override
  public List<String> sections() {
    return List.of("prior", "prior-ar");
  }

  @Override
  public Preset.Schedule schedule(Preset preset) {
    return preset.of(UnclipPreset.class).priorAr().training();
  }

  @Override
  public Map<String, String> frozen(ComponentRun run) {
    return new UnclipRun(run).clip();
  }

  @Override
  public boolean train(ComponentRun run) {
    var own = new UnclipRun(run);
    UnclipPreset preset = own.preset();
    int statistics = preset.prior().statistics();
    var shape = own.shapes().autoregressive();
    var config = run.config();
    try (var text = own.textModel();
        var image = own.imageTower()) {
      var examples = own.examples(preset.priorAr().training().seed());
      var embedder = own.embedder(run.setup().data(), image);
      var embeddings = embedder.first(examples, statistics);
      var codes = EmbeddingCodes.of(embeddings, shape.components(), shape.buckets());
      var pairs = new CaptionedEmbeddings(examples, text, embedder, 0);
      var dots = AutoregressiveBatches.dots(pairs, statistics, shape.dotBuckets());
      return run.fit(
          new AutoregressiveObjective(new AutoregressiveTransformer(shape)),
          data ->
              new AutoregressiveBatches(
                  new CaptionedEmbeddings(
                      own.examples(data), text, own.embedder(data, image), run.technique(DROP)),
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
