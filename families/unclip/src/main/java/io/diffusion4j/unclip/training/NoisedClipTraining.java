package io.diffusion4j.unclip.training;

import io.diffusion4j.clip.ContrastiveLoss;
import io.diffusion4j.clip.noised.NoisedClipBatches;
import io.diffusion4j.clip.noised.NoisedClipFolders;
import io.diffusion4j.clip.noised.NoisedObjective;
import io.diffusion4j.clip.noised.NoisedTextNetwork;
import io.diffusion4j.clip.noised.NoisedVisionNetwork;
import io.diffusion4j.clip.token.BpeTrainer;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.UnclipFolder;
import java.util.List;
import java.util.stream.Stream;

/**
 * Trains a noised CLIP with the size and the schedule of the decoder, which it can then guide; its
 * towers have the sizes of the preset's CLIP.
 */
record NoisedClipTraining() implements TrainableComponent {
  @Override
  public String word() {
    return "noised-clip";
  }

  @Override
  public Scope scope() {
    return Scope.SEPARATE;
  }

  @Override
  public List<String> sections() {
    return List.of("clip");
  }

  @Override
  public Preset.Schedule schedule(Preset preset) {
    return preset.of(UnclipPreset.class).clip().training();
  }

  @Override
  public boolean train(ComponentRun run) {
    var own = new UnclipRun(run);
    var config = run.config();
    Check.that(
        run.whole().first() == null,
        "start-from",
        run.whole().first(),
        "none for noised-clip, which begins with random weights");
    var clip = own.preset().clip();
    var tokenizer = tokenizer(own, run.setup().data());
    NoisedTextNetwork text =
        own.preset().noisedText(Math.min(clip.vocabulary(), tokenizer.vocabulary().size()));
    NoisedVisionNetwork vision = own.preset().noisedVision(UnclipRun.TRAIN_STEPS);
    return run.fit(
        new NoisedObjective(text, vision),
        data ->
            new NoisedClipBatches(
                data.examples(vision.imageSize(), config.seed()),
                tokenizer,
                vision,
                new CosineSchedule(UnclipRun.TRAIN_STEPS),
                config.batchSize(),
                config.seed()),
        trainer -> {},
        (to, weights) ->
            NoisedClipFolders.write(
                to.made(UnclipFolder.NOISED_CLIP),
                vision,
                weights.withoutPrefix(NoisedObjective.IMAGE),
                text,
                weights.withoutPrefix(NoisedObjective.TEXT),
                tokenizer,
                Math.min(
                    ContrastiveLoss.LARGEST,
                    Math.exp(weights.read(ContrastiveLoss.LOGIT_SCALE)[0])),
                to.notes()));
  }

  /**
   * Returns a tokenizer that is learned from the captions, and depends only on them, like CLIP's.
   */
  private static ClipTokenizer tokenizer(UnclipRun own, DataSet data) {
    var clip = own.preset().clip();
    try (Stream<String> captions = data.captions(own.run().config().seed(), clip.corpus())) {
      List<String> all = captions.toList();
      Check.that(
          !all.isEmpty(), "data", data.name() + ", no captions", "some, to learn words from");
      return new ClipTokenizer(
          BpeTrainer.ofSize(clip.vocabulary()).train(all.stream()),
          TokenizerConfig.karlo().withMaxLength(clip.text().length()),
          TextNormalization.HUGGING_FACE);
    }
  }
}
