package io.diffusion4j.evaluation;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.evaluation.judge.JudgePreset;
import io.diffusion4j.evaluation.judge.JudgeTraining;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.training.ModelTraining;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small real things to test with. */
public final class Tiny {
  private Tiny() {}

  /** Every sixth concept of the shipped model. */
  public static ConceptSet concepts() {
    List<Concept> all = ConceptSet.natureAndFood().concepts();
    List<Concept> some = new ArrayList<>();
    for (int i = 0; i < all.size(); i += 6) {
      some.add(all.get(i));
    }
    return new ConceptSet("every sixth", some);
  }

  /** Trains the tiny judge. */
  public static void judge(Path folder, Path state, long steps) {
    var preset = JudgePreset.tiny();
    new JudgeTraining(preset, folder, state)
        .train(preset.training().withSteps(steps), 1_000, new Silent());
  }

  /** Observes a training without output. */
  private static final class Silent implements ModelTraining.Observer {
    @Override
    public void onStart(TrainingRun run, TrainingConfig config, long parameters, long fromStep) {}

    @Override
    public void onStep(long step, Trainer.Report report) {}
  }
}
