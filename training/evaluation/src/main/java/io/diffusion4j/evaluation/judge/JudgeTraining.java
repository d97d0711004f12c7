package io.diffusion4j.evaluation.judge;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.SceneSampler;
import io.diffusion4j.emoji.scene.SceneSplit;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.training.ModelTraining;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Trains a judge on emoji art and writes it into a folder of its own. Training can be resumed. */
public final class JudgeTraining {
  /** The name of a training and its files. */
  public static final String WORD = "judge";

  /**
   * The size of drawings, not much larger than the judge's input, since small pictures are drawn
   * faster.
   */
  private static final int SPRITE_SIZE = 48;

  private final JudgePreset preset;
  private final Path folder;
  private final Path work;

  /**
   * Creates the training of a judge.
   *
   * @param folder of the judge, which is written
   * @param work the folder of the training's state
   */
  public JudgeTraining(JudgePreset preset, Path folder, Path work) {
    this.preset = preset;
    this.folder = folder;
    this.work = work;
  }

  /**
   * Trains until the end or until it is stopped; the folder is written at the end only.
   *
   * @return whether it is finished
   */
  public boolean train(
      TrainingConfig config, long checkpointEvery, ModelTraining.Observer observer) {
    List<String> names = names(preset.concepts());
    var words = Words.of(names);
    var text = preset.text(words);
    var objective = new JudgeObjective(preset.image(), text, words.bags(text.length(), names));
    var sprites = Sprites.load(preset.concepts(), EnumSet.allOf(Style.class), SPRITE_SIZE);
    var batches =
        new JudgeBatches(
            preset.concepts(),
            new SceneRenderer(sprites),
            drawings(preset.concepts(), SceneSplit.TRAIN),
            new Augmentation(preset.image().imageSize()),
            config.batchSize(),
            config.seed());
    try (var trainer = new Trainer(objective, config);
        var run = new TrainingRun(trainer, config, batches, work.resolve(WORD), checkpointEvery)) {
      observer.onStart(run, config, trainer.parameters(), trainer.step());
      boolean finished = run.run(observer);
      if (finished) {
        new JudgeFolder(preset.image(), text, words)
            .write(folder, trainer.averagedWeights(), notes(config, sprites));
      }
      return finished;
    }
  }

  /**
   * Returns the names of the concepts: the captions among which the judge has to find the right
   * one.
   */
  public static List<String> names(ConceptSet concepts) {
    return concepts.concepts().stream().map(Captioner::named).toList();
  }

  /** Returns every drawing of a split once, in the middle of a white picture. */
  public static List<Scene> drawings(ConceptSet concepts, SceneSplit split) {
    return new SceneSampler(concepts, SceneMix.plain(), split, 0).catalogue();
  }

  private Map<String, String> notes(TrainingConfig config, Sprites sprites) {
    var notes = new HashMap<>(config.notes());
    notes.put("diffusion4j.preset", preset.name());
    notes.put("diffusion4j.part", WORD);
    notes.put("diffusion4j.drawings", sprites.fingerprint());
    return Map.copyOf(notes);
  }
}
