package io.diffusion4j.evaluation.judge;

import io.diffusion4j.emoji.EmojiDataset;
import io.diffusion4j.emoji.EmojiDataset.Settings;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.train.Recipe;
import io.diffusion4j.tf.train.Trainer;
import io.diffusion4j.tf.train.TrainingConfig;
import io.diffusion4j.tf.train.TrainingRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Trains a judge on emoji art, resumably, and writes it into a folder of its own. */
public final class JudgeRecipe {
  /** What a training and its files are called. */
  public static final String WORD = "judge";

  private static final int SPRITE_SIZE = 128;
  private static final int CORPUS = 40_000;

  /** Rarer words are learned from too few pictures. */
  private static final int LEAST = 4;

  /** Not that of the pipeline: the judge learns from other scenes and other captions. */
  private static final long DATA_SEED = 77_000_000;

  private final JudgePreset preset;
  private final Path folder;
  private final Path work;

  /**
   * A recipe.
   *
   * @param folder the judge's, which is written
   * @param work where the state of the unfinished training is kept
   */
  public JudgeRecipe(JudgePreset preset, Path folder, Path work) {
    this.preset = preset;
    this.folder = folder;
    this.work = work;
  }

  /**
   * Trains to the end, or until it is asked to stop; the folder is written at the end only.
   *
   * @return whether it is finished
   */
  public boolean train(TrainingConfig config, long checkpointEvery, Recipe.Observer observer) {
    var data = data(config.seed());
    List<String> names = names(preset.concepts());
    var words = Words.learn(data.captions(CORPUS), names, LEAST);
    var text = preset.text(words);
    var objective = new JudgeObjective(preset.image(), text, Bags.of(words, text.length(), names));
    var batches =
        new JudgeBatches(
            data,
            words,
            text.length(),
            new Augmentation(preset.imageSize()),
            config.batchSize(),
            config.seed());
    try (var trainer = new Trainer(objective, config)) {
      var run = new TrainingRun(trainer, config, batches, work.resolve(WORD), checkpointEvery);
      observer.onStart(run, config, trainer.parameters(), trainer.step());
      boolean finished = run.run(observer);
      if (finished) {
        new JudgeFolder(preset.image(), text, words)
            .write(folder, trainer.averagedWeights(), notes(config, data));
      }
      return finished;
    }
  }

  /** What each concept is called: the captions among which the judge is to find the right one. */
  public static List<String> names(ConceptSet concepts) {
    return concepts.concepts().stream().map(Captioner::named).toList();
  }

  /** Drawn larger than it is looked at, so that turning and zooming find something to show. */
  private EmojiDataset data(long seed) {
    return EmojiDataset.open(
        Settings.training(preset.concepts(), preset.imageSize() * 4 / 3, DATA_SEED + seed)
            .withScenes(scenes()),
        SPRITE_SIZE);
  }

  /**
   * Mostly one thing: two in a relation would teach a judge of names little. Half of it anywhere,
   * half in the middle, some of it small, large or several.
   */
  private static SceneMix scenes() {
    var usual = SceneMix.mostlyVaried();
    return new SceneMix(
        0.4, 0.4, 0.1, 0.1, 0, usual.background(), 0, usual.backgrounds(), usual.styles());
  }

  private Map<String, String> notes(TrainingConfig config, EmojiDataset data) {
    return Map.of(
        "diffusion4j.preset", preset.name(),
        "diffusion4j.part", WORD,
        "diffusion4j.steps", Long.toString(config.steps()),
        "diffusion4j.batch_size", Integer.toString(config.batchSize()),
        "diffusion4j.learning_rate", Double.toString(config.learningRate()),
        "diffusion4j.seed", Long.toString(config.seed()),
        "diffusion4j.drawings", data.fingerprint());
  }
}
