package io.diffusion4j.evaluation.judge;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.SceneSampler;
import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.training.Recipe;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Trains a judge on emoji art, resumably, and writes it into a folder of its own. */
public final class JudgeRecipe {
  /** What a training and its files are called. */
  public static final String WORD = "judge";

  /** Not much larger than the judge looks at them: the smaller, the faster they are drawn. */
  private static final int SPRITE_SIZE = 48;

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
    List<String> names = names(preset.concepts());
    var words = Words.of(names);
    var text = preset.text(words);
    var objective = new JudgeObjective(preset.image(), text, words.bags(text.length(), names));
    var sprites = Sprites.load(preset.concepts(), EnumSet.allOf(Style.class), SPRITE_SIZE);
    var batches =
        new JudgeBatches(
            preset.concepts(),
            new SceneRenderer(sprites),
            drawings(preset.concepts(), Split.TRAIN),
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

  /** What each concept is called: the captions among which the judge is to find the right one. */
  public static List<String> names(ConceptSet concepts) {
    return concepts.concepts().stream().map(Captioner::named).toList();
  }

  /** Every drawing of a split once, in the middle of white. */
  public static List<Scene> drawings(ConceptSet concepts, Split split) {
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
