package io.diffusion4j.unclip.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.ClipBatches;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.clip.ClipNetwork;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.ContrastiveLoss;
import io.diffusion4j.clip.ContrastiveObjective;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.BpeTrainer;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.DataSet.Contrasts;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.KnownWords;
import io.diffusion4j.unclip.UnclipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Trains CLIP, after its vocabulary. */
record ClipTraining() implements TrainableComponent {
  /**
   * The bound of the cosines' factor. It is small, so that the embeddings, which condition the
   * decoder, differ clearly.
   */
  private static final double LARGEST_SCALE = 1 / 0.07;

  /** Pictures for each axis of the joint space, from which its {@link PrincipalAxes} are found. */
  private static final long PER_AXIS = 16;

  @Override
  public String word() {
    return "clip";
  }

  @Override
  public String component() {
    return UnclipFolder.TEXT_ENCODER;
  }

  @Override
  public List<String> weights() {
    return List.of(UnclipFolder.TEXT_ENCODER, UnclipFolder.IMAGE_ENCODER);
  }

  @Override
  public List<String> folders() {
    return List.of(UnclipFolder.TOKENIZER, UnclipFolder.TEXT_ENCODER, UnclipFolder.IMAGE_ENCODER);
  }

  @Override
  public DataSet.Use use() {
    return DataSet.Use.CONTRASTS;
  }

  @Override
  public Preset.Schedule schedule(Preset preset) {
    return preset.of(UnclipPreset.class).clip().training();
  }

  @Override
  public boolean train(ComponentRun run) {
    var own = new UnclipRun(run);
    UnclipPreset preset = own.preset();
    DataSet data = run.setup().data();
    List<String> captions = captions(run, data);
    ClipTokenizer words = tokenizer(run, captions);
    // Captions may yield fewer tokens than the preset's limit.
    int tokens = Math.min(preset.clip().vocabulary(), words.vocabulary().size());
    Path first = run.whole().first();
    ClipTextNetwork text =
        first == null
            ? preset.clip().textNetwork(tokens)
            : ClipFolders.readText(first.resolve(UnclipFolder.TEXT_ENCODER));
    ClipTokenizer tokenizer = text.fitted(words);
    ClipVisionNetwork vision =
        first == null
            ? preset.vision()
            : ClipFolders.readVision(first.resolve(UnclipFolder.IMAGE_ENCODER));
    return run.fit(
        new ContrastiveObjective(new ClipNetwork(text, vision), LARGEST_SCALE),
        source ->
            new ClipBatches(
                source.contrasts(
                    new Contrasts(
                        vision.imageSize(),
                        Math.toIntExact(run.config().samplesPerStep()),
                        run.config().seed(),
                        first == null)),
                tokenizer,
                ClipPreprocessor.clip(vision.imageSize()),
                run.config().batchSize()),
        trainer -> start(run, trainer),
        (to, weights) -> {
          save(to, tokenizer);
          KnownWords.of(captions).write(to.whole().model());
          // The other parts of a model to start from know its axes.
          var written =
              first == null
                  ? PrincipalAxes.rotate(weights, embeddings(to, vision, weights))
                  : weights;
          ClipFolders.writeText(
              to.made(UnclipFolder.TEXT_ENCODER),
              text,
              tokenizer.startId(),
              tokenizer.endId(),
              tokenizer.padId(),
              written,
              to.notes());
          ClipFolders.writeVision(to.made(UnclipFolder.IMAGE_ENCODER), vision, written, to.notes());
        });
  }

  /** Returns image embeddings, {@value #PER_AXIS} for each axis unless there are fewer pictures. */
  private static List<float[]> embeddings(
      ComponentRun run, ClipVisionNetwork vision, TensorSource weights) {
    DataSet data = run.setup().data();
    long count = PER_AXIS * vision.embeddingDim();
    try (var tower =
        new ClipImageModel(
            ClipPreprocessor.clip(vision.imageSize()),
            vision,
            weights.only(ClipNetwork::isVision),
            run.config().compute().withPrecision(Precision.FLOAT32))) {
      return ImageEmbedder.by(tower)
          .first(
              data.examples(vision.imageSize(), run.config().seed()),
              Math.toIntExact(Math.min(count, data.size().orElse(count))));
    }
  }

  private static List<String> captions(ComponentRun run, DataSet data) {
    try (Stream<String> captions =
        data.captions(run.config().seed(), new UnclipRun(run).preset().clip().corpus())) {
      List<String> all = captions.toList();
      if (all.isEmpty()) {
        throw new IllegalArgumentException(
            "data: " + data.name() + ", no captions (expected: some, to learn words from)");
      }
      return all;
    }
  }

  /**
   * Returns the tokenizer of the model to start from, which its towers need; otherwise one learned
   * from the captions. It is a function of the captions, so an interrupted run resumes with the
   * same tokenizer.
   */
  private static ClipTokenizer tokenizer(ComponentRun run, List<String> captions) {
    Path first = run.whole().first();
    if (first != null) {
      return UnclipRun.tokenizer(first);
    }
    var clip = new UnclipRun(run).preset().clip();
    return new ClipTokenizer(
        BpeTrainer.ofSize(clip.vocabulary()).train(captions.stream()),
        TokenizerConfig.karlo().withMaxLength(clip.text().length()),
        TextNormalization.HUGGING_FACE);
  }

  private static void save(ComponentRun to, ClipTokenizer tokenizer) {
    try {
      tokenizer.save(to.made(UnclipFolder.TOKENIZER));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write the tokenizer to " + to.whole().model() + ": " + e, e);
    }
  }

  /** Both towers and the largest scale, which the published layout cannot store. */
  private static void start(ComponentRun run, Trainer trainer) {
    Path first = run.whole().first();
    if (first != null) {
      trainer.startFrom(
          new TensorMap()
              .putAll("", weights(first.resolve(UnclipFolder.TEXT_ENCODER)))
              .putAll("", weights(first.resolve(UnclipFolder.IMAGE_ENCODER)))
              .put(
                  ContrastiveLoss.LOGIT_SCALE,
                  new long[0],
                  new float[] {(float) Math.log(LARGEST_SCALE)}));
    }
  }

  private static TensorSource weights(Path tower) {
    return ComponentRun.weights(tower, Checkpoint.TRANSFORMERS);
  }
}
