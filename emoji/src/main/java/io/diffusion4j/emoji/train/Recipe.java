package io.diffusion4j.emoji.train;

import io.diffusion4j.clip.ClipBatches;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.clip.ClipNetwork;
import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.clip.ContrastiveLoss;
import io.diffusion4j.clip.ContrastiveObjective;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.BpeTrainer;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Normalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.decoder.DecoderBatches;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderObjective;
import io.diffusion4j.decoder.Unet;
import io.diffusion4j.decoder.UpsamplerBatches;
import io.diffusion4j.decoder.UpsamplerObjective;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageEncoder;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.emoji.EmojiDataset;
import io.diffusion4j.emoji.EmojiDataset.Settings;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.prior.AutoregressiveBatches;
import io.diffusion4j.prior.AutoregressiveModel;
import io.diffusion4j.prior.AutoregressiveObjective;
import io.diffusion4j.prior.AutoregressiveTransformer;
import io.diffusion4j.prior.CaptionedEmbeddings;
import io.diffusion4j.prior.EmbeddingCodes;
import io.diffusion4j.prior.PriorBatches;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.PriorObjective;
import io.diffusion4j.prior.PriorTransformer;
import io.diffusion4j.prior.Standardization;
import io.diffusion4j.tf.checkpoint.Checkpoint;
import io.diffusion4j.tf.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.tf.checkpoint.UnclipSchedulerConfig.Spacing;
import io.diffusion4j.tf.checkpoint.UnclipSchedulerConfig.VarianceType;
import io.diffusion4j.tf.nn.CheckpointTensors;
import io.diffusion4j.tf.nn.NamedTensors;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.nn.WithoutPrefix;
import io.diffusion4j.tf.train.BatchSource;
import io.diffusion4j.tf.train.CaptionedImages;
import io.diffusion4j.tf.train.CaptionedImages.CaptionedImage;
import io.diffusion4j.tf.train.NoisedBatch;
import io.diffusion4j.tf.train.Objective;
import io.diffusion4j.tf.train.TensorMap;
import io.diffusion4j.tf.train.Trainer;
import io.diffusion4j.tf.train.TrainingConfig;
import io.diffusion4j.tf.train.TrainingRun;
import io.diffusion4j.unclip.KnownWords;
import io.diffusion4j.unclip.UnclipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Trains the parts of a preset on emoji art, each from what the earlier ones left in the model
 * folder, and writes them there in the published layout.
 */
public final class Recipe {
  private static final int TRAIN_STEPS = 1000;
  private static final int SPRITE_SIZE = 128;
  private static final int ENCODED_AT_ONCE = 64;

  /**
   * Of the decoder's draws, one in fifty is one of these: whoever ends at t = 0, as diffusers does,
   * has for a picture what the network answers there, and one draw in a thousand teaches it little.
   */
  private static final int FINAL = 2;

  private static final double FINAL_SHARE = 0.02;

  /** Of CLIP's cosines: small, so that what the decoder is told differs by more than a little. */
  private static final double LARGEST_SCALE = 1 / 0.07;

  private static final long DATA_SEED = 20_260_101;

  /** The last step of seven visits t = 0; a few neighbours make the network robust. */
  private static final int LAST_TIMESTEPS = 20;

  private final Preset preset;
  private final Path model;
  private final Path work;
  private final @Nullable Path first;

  /**
   * A recipe.
   *
   * @param model the pipeline folder that is read and written
   * @param work where the states of unfinished trainings are kept
   */
  public Recipe(Preset preset, Path model, Path work) {
    this(preset, model, work, null);
  }

  private Recipe(Preset preset, Path model, Path work, @Nullable Path first) {
    this.preset = preset;
    this.model = model;
    this.work = work;
    this.first = first;
  }

  /**
   * The same recipe, whose trainings begin with the weights of a finished model in place of random
   * ones. One that has a state already goes on from that.
   *
   * @param finished a pipeline folder of the same preset
   */
  public Recipe startingFrom(Path finished) {
    return new Recipe(preset, model, work, finished);
  }

  /** What a run tells its caller before it starts. */
  public interface Observer extends TrainingRun.Listener {
    /**
     * The training begins or goes on.
     *
     * @param run can be asked to stop
     * @param fromStep how many steps were done before
     */
    void onStart(TrainingRun run, TrainingConfig config, long parameters, long fromStep);
  }

  /** Trains a part as the models that ship were. */
  public boolean train(Part part, TrainingConfig config, long checkpointEvery, Observer observer) {
    return train(part, config, Techniques.of(part), checkpointEvery, observer);
  }

  /**
   * Trains a part to its end, or until it is asked to stop; the model folder is written at the end
   * only.
   *
   * @param techniques those of the part
   * @return whether the part is finished
   */
  public boolean train(
      Part part,
      TrainingConfig config,
      Techniques techniques,
      long checkpointEvery,
      Observer observer) {
    folders(part).forEach(this::makeFolder);
    return switch (part) {
      case CLIP -> clip(config, techniques, checkpointEvery, observer);
      case PRIOR -> prior(config, techniques, checkpointEvery, observer);
      case PRIOR_AR -> autoregressivePrior(config, techniques, checkpointEvery, observer);
      case DECODER -> decoder(config, techniques, checkpointEvery, observer);
      case UPSAMPLER, UPSAMPLER_LAST ->
          upsampler(part, config, techniques, checkpointEvery, observer);
    };
  }

  /** What a part writes. */
  private static List<String> folders(Part part) {
    return switch (part) {
      case CLIP -> List.of("tokenizer", "text_encoder", "image_encoder");
      case PRIOR -> List.of("prior", "prior_scheduler");
      case PRIOR_AR -> List.of(UnclipFolder.PRIOR_AR);
      case DECODER -> List.of("decoder", "text_proj", "decoder_scheduler");
      case UPSAMPLER -> List.of("super_res_first", "super_res_scheduler");
      case UPSAMPLER_LAST -> List.of("super_res_last", "super_res_scheduler");
    };
  }

  private void makeFolder(String name) {
    try {
      Files.createDirectories(model.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + model.resolve(name) + ": " + e, e);
    }
  }

  /** The configuration that the preset has for a part. */
  public TrainingConfig config(Part part) {
    return switch (part) {
      case CLIP -> preset.clipTraining();
      case PRIOR -> preset.priorTraining();
      case PRIOR_AR -> AutoregressivePreset.of(preset).training();
      case DECODER -> preset.decoderTraining();
      case UPSAMPLER -> preset.upsamplerTraining();
      case UPSAMPLER_LAST -> preset.lastStepTraining();
    };
  }

  private boolean clip(
      TrainingConfig config, Techniques techniques, long checkpointEvery, Observer observer) {
    var data = data(preset.vision().imageSize(), config.seed(), SceneMix.mostlyVaried());
    ClipTokenizer tokenizer = tokenizer(data);
    preset.text().requireFits(tokenizer);
    var batches = clipBatches(data, tokenizer, config, techniques);
    var objective =
        new ContrastiveObjective(new ClipNetwork(preset.text(), preset.vision()), LARGEST_SCALE);
    return run(
        Part.CLIP,
        objective,
        config,
        batches,
        checkpointEvery,
        observer,
        this::startClip,
        weights -> {
          save(tokenizer);
          KnownWords.of(data.captions(preset.corpus())).write(model);
          ClipFolders.writeText(
              model.resolve("text_encoder"),
              preset.text(),
              tokenizer.startId(),
              tokenizer.endId(),
              tokenizer.padId(),
              weights,
              notes(Part.CLIP, config, techniques));
          ClipFolders.writeVision(
              model.resolve("image_encoder"),
              preset.vision(),
              weights,
              notes(Part.CLIP, config, techniques));
        });
  }

  private BatchSource clipBatches(
      EmojiDataset data, ClipTokenizer tokenizer, TrainingConfig config, Techniques techniques) {
    // Backgrounds and colours nearly suffice to tell pairs apart, and then the embedding says
    // little else; in every other batch of a source the background is the same. Which of two
    // things stands where is learned from batches of nothing else, with both orders in them.
    var alike = preset.scenes().withRowsAlike(config.batchSize());
    var usual = pairs(data.settings().withScenes(alike), data, tokenizer, config);
    if (!techniques.relations()) {
      return usual;
    }
    var relations = data.settings().withScenes(alike.withRelated(1).withSwaps());
    var batches = BatchSource.inTurn(usual, pairs(relations, data, tokenizer, config));
    if (!techniques.curriculum() || first != null) {
      return batches;
    }
    // Who knows many things and not their order has no gradient to it; with few, both are learned.
    var stages = preset.curriculum().stages(preset.concepts().size());
    for (int i = stages.size() - 1; i >= 0; i--) {
      var few = preset.concepts().some(stages.get(i).concepts(), config.seed());
      var ofFew = pairs(relations.withConcepts(few), data, tokenizer, config);
      batches = ofFew.until(stages.get(i).until(), batches);
    }
    return batches;
  }

  private ClipBatches pairs(
      Settings settings, EmojiDataset data, ClipTokenizer tokenizer, TrainingConfig config) {
    return new ClipBatches(
        images(data.with(settings)), tokenizer, preprocessor(), config.batchSize());
  }

  /**
   * That of the model to start from, whose towers know no other; else learned from the data, of
   * which it is a function, so that an interrupted run goes on with the same.
   */
  private ClipTokenizer tokenizer(EmojiDataset data) {
    if (first != null) {
      return load(first);
    }
    var captions = StreamSupport.stream(data.captions(preset.corpus()).spliterator(), false);
    var vocabulary = BpeTrainer.ofSize(preset.vocabulary()).train(captions);
    return new ClipTokenizer(
        vocabulary,
        TokenizerConfig.karlo().withMaxLength(preset.textLength()),
        Normalization.HUGGING_FACE);
  }

  private static ClipTokenizer load(Path model) {
    try {
      return ClipTokenizer.load(model.resolve("tokenizer"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the tokenizer of " + model + ": " + e, e);
    }
  }

  private void save(ClipTokenizer tokenizer) {
    try {
      tokenizer.save(model.resolve("tokenizer"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the tokenizer to " + model + ": " + e, e);
    }
  }

  private ClipPreprocessor preprocessor() {
    return ClipPreprocessor.clip(preset.vision().imageSize());
  }

  private boolean prior(
      TrainingConfig config, Techniques techniques, long checkpointEvery, Observer observer) {
    var data = data(preset.vision().imageSize(), config.seed());
    var network = new PriorTransformer(preset.prior());
    try (var text = textModel();
        var image = imageModel()) {
      var standardization =
          techniques.standardized()
              ? standardization(examples(data, Part.PRIOR), image)
              : Standardization.none(preset.vision().embeddingDim());
      var noise =
          new NoisedBatch(
              new CosineSchedule(TRAIN_STEPS),
              techniques.prediction(),
              Weighting.SIMPLE,
              preset.prior().width());
      var batches =
          new PriorBatches(
              new CaptionedEmbeddings(images(data), text, image, techniques.drop()),
              standardization,
              noise,
              config.batchSize(),
              config.seed());
      return run(
          Part.PRIOR,
          new PriorObjective(network),
          config,
          batches,
          checkpointEvery,
          observer,
          trainer -> start(trainer, Checkpoint.DIFFUSERS, Map.of("", "prior")),
          weights -> {
            PriorModel.write(
                model.resolve("prior"),
                preset.prior(),
                weights,
                standardization,
                notes(Part.PRIOR, config, techniques));
            UnclipSchedulerConfig.prior()
                .withParameterization(techniques.prediction())
                .write(scheduler("prior_scheduler"));
          });
    }
  }

  private Path scheduler(String name) {
    return model.resolve(name).resolve(UnclipSchedulerConfig.FILE_NAME);
  }

  private boolean autoregressivePrior(
      TrainingConfig config, Techniques techniques, long checkpointEvery, Observer observer) {
    var size = AutoregressivePreset.of(preset);
    var shape = size.config();
    var data = data(preset.vision().imageSize(), config.seed());
    try (var text = textModel();
        var image = imageModel()) {
      var examples = examples(data, Part.PRIOR_AR);
      var embeddings = embeddings(examples, image, size.statistics());
      var codes = EmbeddingCodes.of(embeddings, shape.components(), shape.buckets());
      var pairs = new CaptionedEmbeddings(examples, text, image, 0);
      var dots = AutoregressiveBatches.dots(pairs, size.statistics(), shape.dotBuckets());
      var batches =
          new AutoregressiveBatches(
              new CaptionedEmbeddings(images(data), text, image, techniques.drop()),
              codes,
              dots,
              config.batchSize(),
              config.seed());
      return run(
          Part.PRIOR_AR,
          new AutoregressiveObjective(new AutoregressiveTransformer(shape)),
          config,
          batches,
          checkpointEvery,
          observer,
          trainer -> start(trainer, Checkpoint.TRANSFORMERS, Map.of("", UnclipFolder.PRIOR_AR)),
          weights ->
              AutoregressiveModel.write(
                  model.resolve(UnclipFolder.PRIOR_AR),
                  shape,
                  weights,
                  codes,
                  dots,
                  notes(Part.PRIOR_AR, config, techniques)));
    }
  }

  /**
   * What statistics are taken from: the same for every seed, so that weights mean the same when
   * another run starts from them.
   */
  private CaptionedImages examples(EmojiDataset data, Part part) {
    return images(data.with(data.settings().withSeed(DATA_SEED + config(part).seed())));
  }

  private Standardization standardization(CaptionedImages data, ImageEncoder encoder) {
    return Standardization.of(
        embeddings(data, encoder, preset.statistics()), preset.vision().embeddingDim());
  }

  /** The image embeddings of the first examples. */
  private static List<float[]> embeddings(CaptionedImages data, ImageEncoder encoder, int count) {
    List<float[]> embeddings = new ArrayList<>(count);
    for (int from = 0; from < count; from += ENCODED_AT_ONCE) {
      List<Image> images = new ArrayList<>(ENCODED_AT_ONCE);
      for (int i = from; i < Math.min(from + ENCODED_AT_ONCE, count); i++) {
        images.add(data.get(i).image());
      }
      embeddings.addAll(encoder.encode(images));
    }
    return embeddings;
  }

  private boolean decoder(
      TrainingConfig config, Techniques techniques, long checkpointEvery, Observer observer) {
    var data = images(data(preset.vision().imageSize(), config.seed()));
    var objective =
        new DecoderObjective(new Unet(preset.decoder()), preset.projection(), preset.textLength());
    try (var text = textModel();
        var image = imageModel()) {
      var batches =
          new DecoderBatches(
              data,
              text,
              image,
              objective,
              pixelNoise(techniques, preset.decoder().timeChannels())
                  .withTimesteps(
                      TimestepSampler.shifted(TRAIN_STEPS, techniques.shift())
                          .mixedWith(TimestepSampler.uniform(FINAL), FINAL_SHARE)),
              techniques.drop(),
              techniques.textDrop(),
              config.batchSize(),
              config.seed());
      return run(
          Part.DECODER,
          objective,
          config,
          batches,
          checkpointEvery,
          observer,
          trainer ->
              start(
                  trainer,
                  Checkpoint.DIFFUSERS,
                  Map.of("decoder.", "decoder", "text_proj.", "text_proj")),
          weights -> {
            var notes = notes(Part.DECODER, config, techniques);
            DecoderFolders.writeUnet(
                model.resolve("decoder"),
                preset.decoder(),
                new WithoutPrefix(weights, "decoder."),
                notes);
            DecoderFolders.writeProjection(
                model.resolve("text_proj"),
                preset.projection(),
                new WithoutPrefix(weights, "text_proj."),
                notes);
            new UnclipSchedulerConfig(
                    TRAIN_STEPS, VarianceType.LEARNED_RANGE, true, 1, techniques.prediction())
                .withSpacing(Spacing.TRAILING)
                .write(scheduler("decoder_scheduler"));
          });
    }
  }

  private static NoisedBatch pixelNoise(Techniques techniques, int timeChannels) {
    return new NoisedBatch(
        new CosineSchedule(TRAIN_STEPS),
        techniques.prediction(),
        techniques.weighting(),
        timeChannels);
  }

  private boolean upsampler(
      Part part,
      TrainingConfig config,
      Techniques techniques,
      long checkpointEvery,
      Observer observer) {
    var data = images(data(preset.imageSize(), config.seed()));
    boolean last = part == Part.UPSAMPLER_LAST;
    String name = last ? "super_res_last" : "super_res_first";
    var batches =
        new UpsamplerBatches(
            data,
            preset.decoder().sampleSize(),
            preset.crop(),
            pixelNoise(techniques, preset.upsampler().timeChannels()),
            last ? LAST_TIMESTEPS : TRAIN_STEPS,
            techniques.blur(),
            config.batchSize(),
            config.seed());
    return run(
        part,
        new UpsamplerObjective(new Unet(preset.upsampler()), preset.crop()),
        config,
        batches,
        checkpointEvery,
        observer,
        trainer -> {
          if (last && first == null) {
            trainer.startFrom(weights(model.resolve("super_res_first"), Checkpoint.DIFFUSERS));
          } else {
            start(trainer, Checkpoint.DIFFUSERS, Map.of("", name));
          }
        },
        weights -> {
          DecoderFolders.writeUpsampler(
              model.resolve(name), preset.upsampler(), weights, notes(part, config, techniques));
          new UnclipSchedulerConfig(
                  TRAIN_STEPS, VarianceType.FIXED_SMALL_LOG, true, 1, techniques.prediction())
              .write(scheduler("super_res_scheduler"));
        });
  }

  /** Both towers, and the largest scale there is: the published layout has no place for it. */
  private void startClip(Trainer trainer) {
    if (first != null) {
      trainer.startFrom(
          new TensorMap()
              .putAll("", weights(first.resolve("text_encoder"), Checkpoint.TRANSFORMERS))
              .putAll("", weights(first.resolve("image_encoder"), Checkpoint.TRANSFORMERS))
              .put(
                  ContrastiveLoss.LOGIT_SCALE,
                  new long[0],
                  new float[] {(float) Math.log(LARGEST_SCALE)}));
    }
  }

  /**
   * Gives a new run the weights of the model that it is to start from, if there is one.
   *
   * @param folders the folder of the weights whose names begin with the prefix, by prefix
   */
  private void start(Trainer trainer, String file, Map<String, String> folders) {
    if (first != null) {
      var weights = new TensorMap();
      folders.forEach(
          (prefix, folder) -> weights.putAll(prefix, weights(first.resolve(folder), file)));
      trainer.startFrom(weights);
    }
  }

  private static NamedTensors weights(Path folder, String file) {
    try (var checkpoint = Checkpoint.open(folder, file)) {
      return new TensorMap().putAll("", new CheckpointTensors(folder, checkpoint));
    }
  }

  private boolean run(
      Part part,
      Objective objective,
      TrainingConfig config,
      BatchSource batches,
      long checkpointEvery,
      Observer observer,
      Consumer<Trainer> prepare,
      Consumer<NamedTensors> write) {
    try (var trainer = new Trainer(objective, config)) {
      prepare.accept(trainer);
      var run =
          new TrainingRun(trainer, config, batches, work.resolve(part.word()), checkpointEvery);
      observer.onStart(run, config, trainer.parameters(), trainer.step());
      boolean finished = run.run(observer);
      if (finished) {
        write.accept(trainer.averagedWeights());
        UnclipFolder.writeIndex(model);
      }
      return finished;
    }
  }

  private Map<String, String> notes(Part part, TrainingConfig config, Techniques techniques) {
    return Map.of(
        "diffusion4j.preset", preset.name(),
        "diffusion4j.part", part.word(),
        "diffusion4j.steps", Long.toString(config.steps()),
        "diffusion4j.batch_size", Integer.toString(config.batchSize()),
        "diffusion4j.learning_rate", Double.toString(config.learningRate()),
        "diffusion4j.seed", Long.toString(config.seed()),
        "diffusion4j.techniques", techniques.toString());
  }

  private ClipTextModel textModel() {
    Path folder = model.resolve("text_encoder");
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      return new ClipTextModel(
          load(model),
          ClipFolders.readText(folder),
          new CheckpointTensors(folder, checkpoint),
          Precision.BFLOAT16);
    }
  }

  private ClipImageModel imageModel() {
    Path folder = model.resolve("image_encoder");
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      return new ClipImageModel(
          preprocessor(),
          ClipFolders.readVision(folder),
          new CheckpointTensors(folder, checkpoint),
          Precision.BFLOAT16);
    }
  }

  private EmojiDataset data(int imageSize, long seed) {
    return data(imageSize, seed, preset.scenes());
  }

  private EmojiDataset data(int imageSize, long seed, SceneMix scenes) {
    return EmojiDataset.open(
        Settings.training(preset.concepts(), imageSize, DATA_SEED + seed).withScenes(scenes),
        SPRITE_SIZE);
  }

  /**
   * Pictures to test a model of a preset with: as large as those that it is trained on, and for
   * every split but {@link Split#TRAIN} none that any of its parts has seen.
   *
   * @param seed which of them come first
   */
  public static CaptionedImages pictures(Preset preset, Split split, long seed) {
    return pictures(preset, split, seed, preset.vision().imageSize());
  }

  /** The same of another size in pixels. */
  public static CaptionedImages pictures(Preset preset, Split split, long seed, int size) {
    var settings =
        Settings.training(preset.concepts(), size, seed)
            .withScenes(preset.scenes())
            .withSplit(split);
    return images(EmojiDataset.open(settings, SPRITE_SIZE));
  }

  /**
   * Pictures in twos, with captions in plain words: two things that were never shown like this in
   * training, and next the same with their places exchanged.
   *
   * @param seed which of them come first
   * @param size in pixels
   */
  public static CaptionedImages exchanges(Preset preset, long seed, int size) {
    var settings =
        Settings.training(preset.concepts(), size, seed)
            .withScenes(preset.scenes())
            .withSplit(Split.HELD_OUT_RELATION);
    var data = EmojiDataset.open(settings, SPRITE_SIZE);
    return index -> {
      Scene scene = data.scene(index / 2);
      Scene shown = index % 2 == 0 ? scene : scene.swapped().orElseThrow();
      var example = data.render(shown, Captioner.factual(shown));
      return new CaptionedImage(example.image(), example.caption());
    };
  }

  private static CaptionedImages images(EmojiDataset data) {
    return index -> {
      var example = data.sample(index);
      return new CaptionedImage(example.image(), example.caption());
    };
  }
}
