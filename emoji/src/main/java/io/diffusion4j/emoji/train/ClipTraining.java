package io.diffusion4j.emoji.train;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.clip.ClipBatches;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipNetwork;
import io.diffusion4j.clip.ContrastiveLoss;
import io.diffusion4j.clip.ContrastiveObjective;
import io.diffusion4j.clip.token.BpeTrainer;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Normalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.emoji.EmojiDataset;
import io.diffusion4j.emoji.EmojiDataset.Settings;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.tf.train.BatchSource;
import io.diffusion4j.tf.train.TensorMap;
import io.diffusion4j.tf.train.Trainer;
import io.diffusion4j.unclip.KnownWords;
import io.diffusion4j.unclip.UnclipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/** Trains CLIP, after its vocabulary. */
record ClipTraining(Workshop workshop) implements PartTraining {
  /** Of the cosines: small, so that what the decoder is told differs by more than a little. */
  private static final double LARGEST_SCALE = 1 / 0.07;

  @Override
  public List<String> folders() {
    return List.of("tokenizer", UnclipFolder.TEXT_ENCODER, UnclipFolder.IMAGE_ENCODER);
  }

  @Override
  public boolean train(Job job) {
    Preset preset = workshop.preset();
    var data = workshop.captioned(job, SceneMix.mostlyVaried());
    ClipTokenizer tokenizer = tokenizer(data);
    preset.text().requireFits(tokenizer);
    return workshop.run(
        job,
        new ContrastiveObjective(new ClipNetwork(preset.text(), preset.vision()), LARGEST_SCALE),
        batches(job, data, tokenizer),
        this::start,
        weights -> {
          save(tokenizer);
          KnownWords.of(data.captions(preset.corpus())).write(workshop.model());
          ClipFolders.writeText(
              workshop.folder(UnclipFolder.TEXT_ENCODER),
              preset.text(),
              tokenizer.startId(),
              tokenizer.endId(),
              tokenizer.padId(),
              weights,
              job.notes(preset));
          ClipFolders.writeVision(
              workshop.folder(UnclipFolder.IMAGE_ENCODER),
              preset.vision(),
              weights,
              job.notes(preset));
        });
  }

  private BatchSource batches(Job job, EmojiDataset data, ClipTokenizer tokenizer) {
    Preset preset = workshop.preset();
    int size = job.config().batchSize();
    // Backgrounds and colours nearly suffice to tell pairs apart, and then the embedding says
    // little else; in every other batch of a source the background is the same. Which of two
    // things stands where is learned from batches of nothing else, with both orders in them.
    SceneMix alike = preset.scenes().withRowsAlike(size);
    var usual = pairs(data, data.settings().withScenes(alike), tokenizer, size);
    if (!job.techniques().relations()) {
      return usual;
    }
    Settings relations = data.settings().withScenes(alike.withRelated(1).withSwaps());
    var batches = BatchSource.inTurn(usual, pairs(data, relations, tokenizer, size));
    if (!job.techniques().curriculum() || workshop.first() != null) {
      return batches;
    }
    // Who knows many things and not their order has no gradient to it; with few, both are learned.
    var stages = preset.curriculum().stages(preset.concepts().size());
    for (int i = stages.size() - 1; i >= 0; i--) {
      var few = preset.concepts().some(stages.get(i).concepts(), job.config().seed());
      var ofFew = pairs(data, relations.withConcepts(few), tokenizer, size);
      batches = ofFew.until(stages.get(i).until(), batches);
    }
    return batches;
  }

  private ClipBatches pairs(
      EmojiDataset data, Settings settings, ClipTokenizer tokenizer, int batchSize) {
    return new ClipBatches(
        PresetPictures.of(data.with(settings)), tokenizer, workshop.preprocessor(), batchSize);
  }

  /**
   * That of the model to start from, whose towers know no other; else learned from the data, of
   * which it is a function, so that an interrupted run goes on with the same.
   */
  private ClipTokenizer tokenizer(EmojiDataset data) {
    if (workshop.first() != null) {
      return Workshop.tokenizer(workshop.first());
    }
    Preset preset = workshop.preset();
    var captions = StreamSupport.stream(data.captions(preset.corpus()).spliterator(), false);
    var vocabulary = BpeTrainer.ofSize(preset.vocabulary()).train(captions);
    return new ClipTokenizer(
        vocabulary,
        TokenizerConfig.karlo().withMaxLength(preset.textLength()),
        Normalization.HUGGING_FACE);
  }

  private void save(ClipTokenizer tokenizer) {
    try {
      tokenizer.save(workshop.folder("tokenizer"));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write the tokenizer to " + workshop.model() + ": " + e, e);
    }
  }

  /** Both towers, and the largest scale there is: the published layout has no place for it. */
  private void start(Trainer trainer) {
    Path first = workshop.first();
    if (first != null) {
      trainer.startFrom(
          new TensorMap()
              .putAll(
                  "",
                  Workshop.weights(
                      first.resolve(UnclipFolder.TEXT_ENCODER), Checkpoint.TRANSFORMERS))
              .putAll(
                  "",
                  Workshop.weights(
                      first.resolve(UnclipFolder.IMAGE_ENCODER), Checkpoint.TRANSFORMERS))
              .put(
                  ContrastiveLoss.LOGIT_SCALE,
                  new long[0],
                  new float[] {(float) Math.log(LARGEST_SCALE)}));
    }
  }
}
