package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.Classes;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.data.Technique;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.Validation;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.group.OwnFolder;
import io.diffusion4j.training.lora.LowRankFile;
import io.diffusion4j.training.preset.Preset;
import io.diffusion4j.unclip.UnclipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The training of a part, which reads earlier parts from the model folder.
 *
 * @param whole the training of the model that the part belongs to
 * @param setup the part, its data and techniques
 * @param config the configuration of the training
 * @param checkpointEvery the number of steps between two states
 * @param inspection validation and previews
 * @param observer is notified of progress
 */
record PartRun(
    ModelTraining whole,
    PartSetup setup,
    TrainingConfig config,
    long checkpointEvery,
    Inspection inspection,
    ModelTraining.Observer observer) {
  /** T, of every part that denoises. */
  static final int TRAIN_STEPS = 1000;

  /** Batches of a validation. */
  private static final int VALIDATED = 4;

  Preset preset() {
    return whole.preset();
  }

  ModelLayout layout() {
    return whole.layout();
  }

  Shapes shapes() {
    return new Shapes(whole);
  }

  <T> T technique(Technique<T> technique) {
    return setup.techniques().get(technique);
  }

  /** Returns the metadata of the weights. */
  Map<String, String> notes() {
    var notes = new HashMap<>(config.notes());
    notes.putAll(setup.data().notes());
    notes.put("diffusion4j.preset", preset().name());
    notes.put("diffusion4j.part", setup.part().word());
    notes.put("diffusion4j.techniques", setup.words());
    return Map.copyOf(notes);
  }

  /** Examples of a data set in the size of CLIP's input, in the order of this training's seed. */
  CaptionedImages examples(DataSet data) {
    return data.examples(shapes().vision().imageSize(), config.seed());
  }

  /**
   * Examples in the size of CLIP's input, in the order of the preset's seed. Statistics use this
   * order whatever the seed of the training, so that weights keep their meaning if another run
   * starts from them.
   */
  CaptionedImages examples(long seed) {
    return setup.data().examples(shapes().vision().imageSize(), seed);
  }

  /** Returns pictures with the same kind of classes as the training set. */
  DataSet classified(DataSet data) {
    String name = Classes.BY.name();
    String by = setup.data().techniques(DataSet.Use.PICTURES).get(name);
    boolean lacks =
        data.classes().isEmpty() && data.techniques(DataSet.Use.PICTURES).containsKey(name);
    return by != null && lacks ? data.with(name, by) : data;
  }

  /**
   * Returns the source of a data set's image embeddings: stored ones, or a tower.
   *
   * @throws IllegalArgumentException if the stored embeddings belong to another CLIP
   */
  ImageEmbedder embedder(DataSet data, ImageEncoder tower) {
    var known = data.embeddings();
    known
        .flatMap(ImageEmbedder::clip)
        .ifPresent(clip -> FrozenClip.requireIdentity("embeddings", clip, layout().clip()));
    return known.orElseGet(() -> ImageEmbedder.by(tower));
  }

  /** Returns the noising of pictures for a network, at uniform timesteps. */
  NoisedBatch pixelNoise(Backbone network) {
    return new NoisedBatch(
        new CosineSchedule(TRAIN_STEPS),
        technique(PartTechniques.PREDICTION),
        technique(PartTechniques.WEIGHTING),
        network::sinusoid);
  }

  /** Returns the preprocessing for the model's image tower. */
  private ClipPreprocessor preprocessor(ClipVisionNetwork network) {
    Path file = folder(UnclipFolder.FEATURE_EXTRACTOR).resolve(UnclipFolder.PREPROCESSOR);
    try {
      return Files.exists(file)
          ? ClipPreprocessor.load(file)
          : ClipPreprocessor.clip(network.imageSize());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  ClipTextModel textModel() {
    Path folder = folder(UnclipFolder.TEXT_ENCODER);
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      checkpoint.requireIntact();
      return new ClipTextModel(
          tokenizer(layout().clip()),
          ClipFolders.readText(folder),
          checkpoint.only(ClipFolders::isParameter),
          config.compute().withPrecision(Precision.BFLOAT16));
    }
  }

  /** Returns CLIP's image tower, which is loaded on first use. */
  ImageTower imageTower() {
    return new ImageTower(this::imageModel);
  }

  private ClipImageModel imageModel() {
    Path folder = folder(UnclipFolder.IMAGE_ENCODER);
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      checkpoint.requireIntact();
      var network = ClipFolders.readVision(folder);
      return new ClipImageModel(
          preprocessor(network),
          network,
          checkpoint.only(ClipFolders::isParameter),
          config.compute().withPrecision(Precision.BFLOAT16));
    }
  }

  /** Returns the tokenizer of a pipeline folder. */
  static ClipTokenizer tokenizer(Path model) {
    try {
      return ClipTokenizer.load(model.resolve("tokenizer"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the tokenizer of " + model + ": " + e, e);
    }
  }

  /** Returns the folder of a component of the model. */
  Path folder(String component) {
    return layout().component(component);
  }

  /** Returns the folder of a component of the model, creating it if necessary. */
  Path made(String component) {
    Path folder = folder(component);
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + folder + ": " + e, e);
    }
  }

  /**
   * Writes the settings of a scheduler: those of the model that the training started from, or else
   * the given ones, with the prediction that was trained.
   */
  void writeScheduler(String component, SchedulerConfig usual) {
    whole
        .start()
        .flatMap(first -> ModelLayout.scheduler(first.component(component)))
        .orElse(usual)
        .withParameterization(technique(PartTechniques.PREDICTION))
        .write(made(component).resolve(SchedulerConfig.FILE_NAME));
  }

  /**
   * Initialises a new run with the weights of the model to start from, if there is one.
   *
   * @param folders the folders of weights, by the prefix of their names
   */
  void start(Trainer trainer, String file, Map<String, String> folders) {
    whole
        .start()
        .ifPresent(
            first -> {
              var weights = new TensorMap();
              folders.forEach(
                  (prefix, name) -> weights.putAll(prefix, weights(first.component(name), file)));
              trainer.startFrom(weights);
            });
  }

  static TensorSource weights(Path folder, String file) {
    try (var checkpoint = Checkpoint.open(folder, file)) {
      checkpoint.requireIntact();
      return new TensorMap().putAll("", checkpoint);
    }
  }

  /**
   * Starts or resumes the training.
   *
   * @param batches the batches of a data set
   * @param prepare initialises a trainer before a state is restored
   * @param write writes weights to the model of a run
   * @return whether it is finished
   */
  boolean fit(
      Objective objective,
      Function<DataSet, BatchSource> batches,
      Consumer<Trainer> prepare,
      BiConsumer<PartRun, TensorSource> write) {
    return fit(objective, batches, prepare, write, data -> Inspecting.Health.NONE);
  }

  /**
   * Starts or resumes the training, with more measurements.
   *
   * @param health the health of the held-out examples
   */
  boolean fit(
      Objective objective,
      Function<DataSet, BatchSource> batches,
      Consumer<Trainer> prepare,
      BiConsumer<PartRun, TensorSource> write,
      Function<DataSet, Inspecting.Health> health) {
    Path state = whole.work().resolve(setup.part().word());
    var source = batches.apply(setup.data());
    var resumed = TrainingRun.resumed(config, state, whole.group());
    try (var trainer = prepared(objective, resumed, prepare);
        var run =
            new TrainingRun(trainer, resumed, RunOrigin.of(this), source, state, checkpointEvery)) {
      var validation =
          inspection.validation().map(data -> new Validation(batches.apply(data), VALIDATED));
      var more = inspection.validation().map(health).orElse(Inspecting.Health.NONE);
      observer.onStart(run, resumed, trainer.parameters(), trainer.step());
      boolean finished = run.run(new Inspecting(this, trainer, validation, more, write));
      if (finished) {
        boolean writes = OwnFolder.writes(whole.group(), whole.model());
        whole
            .group()
            .inTurn(
                () -> {
                  if (writes) {
                    write(trainer, write);
                  }
                });
      }
      return finished;
    }
  }

  /** Writes the averaged weights, or the low-rank updates, to the model. */
  void write(Trainer trainer, BiConsumer<PartRun, TensorSource> write) {
    var weights = trainer.averagedWeights();
    config
        .lowRank()
        .ifPresentOrElse(updates -> write(updates, weights), () -> write.accept(this, weights));
    if (setup.part().isOfUnclip()) {
      layout().writeIndex();
    }
  }

  /** Returns the run for another model folder, which gets missing components from this one. */
  PartRun elsewhere(Path model) {
    var other =
        new ModelTraining(whole.preset(), model, whole.work(), whole.first(), whole.inpainting())
            .in(whole.group());
    Components.copyMissing(layout(), other.layout(), List.of(setup.part().component()));
    return new PartRun(other, setup, config, checkpointEvery, inspection, observer);
  }

  /** Writes updates beside their weights, which are not changed. */
  private void write(LowRank updates, TensorSource weights) {
    String prefix = setup.part() == Part.DECODER ? DecoderTraining.NETWORK : "";
    Path folder = whole.model().resolve(setup.part().component() + "_lora");
    LowRankFile.write(folder, updates, weights, prefix, notes());
  }

  private Trainer prepared(Objective objective, TrainingConfig resumed, Consumer<Trainer> prepare) {
    var trainer = new Trainer(objective, resumed, whole.group());
    try {
      prepare.accept(trainer);
      return trainer;
    } catch (RuntimeException | Error e) {
      trainer.close();
      throw e;
    }
  }
}
