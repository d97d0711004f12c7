package io.diffusion4j.it;

import io.diffusion4j.ddpm.DdpmTrainings;
import io.diffusion4j.emoji.train.EmojiData;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.PartSetup;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.training.TrainableFamily;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A training of a few steps. As a program, it stops after the second step and waits to be killed:
 * {@code PART MODEL WORK}.
 */
final class ShortTraining {
  static final int STEPS = 4;

  /** The program's output when it waits to be killed. */
  static final String READY = "ready to be killed";

  private ShortTraining() {}

  /** A callback after each step. */
  @FunctionalInterface
  interface AfterStep {
    void accept(TrainingRun run, long step);
  }

  /** The result of a training. */
  record Outcome(boolean finished, long fromStep, double loss) {}

  public static void main(String[] args) {
    train(
        TrainableFamily.of(args[0], null).component(args[0]).orElseThrow(),
        Path.of(args[1]),
        Path.of(args[2]),
        (run, step) -> {
          if (step == 2) {
            System.out.println(READY);
            waitForever();
          }
        });
  }

  private static void waitForever() {
    try {
      Thread.sleep(Long.MAX_VALUE);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted (expected: to be killed)", e);
    }
  }

  /** Trains a part, or resumes its training, and saves after every step. */
  static Outcome train(TrainableComponent part, Path model, Path work, AfterStep afterStep) {
    var config = TrainingConfig.of(STEPS, 4, 1e-3, 1);
    var observer = new Watch(afterStep);
    var preset = EmojiPreset.tiny();
    boolean finished =
        new ModelTraining(preset.sizes(), model.resolve(own(part)), work)
            .train(
                PartSetup.of(
                    part,
                    part == DdpmTrainings.CLASSIFIER ? new ColouredShapes() : EmojiData.of(preset)),
                config,
                1,
                observer);
    return new Outcome(finished, observer.fromStep, observer.loss);
  }

  private static final class Watch implements ModelTraining.Observer {
    private final AfterStep afterStep;
    private @Nullable TrainingRun run;
    private long fromStep;
    private double loss;

    Watch(AfterStep afterStep) {
      this.afterStep = afterStep;
    }

    @Override
    public void onStart(TrainingRun started, TrainingConfig config, long parameters, long step) {
      run = started;
      fromStep = step;
    }

    @Override
    public void onStep(long step, Trainer.Report report) {
      loss = report.loss();
      afterStep.accept(Objects.requireNonNull(run), step);
    }
  }

  /**
   * The folder of a part that does not belong to unCLIP. The guides of a DDPM are in its folder.
   */
  private static String own(TrainableComponent part) {
    boolean isOfUnclip = part.scope() != TrainableComponent.Scope.SEPARATE;
    return isOfUnclip ? "" : part == DdpmTrainings.DAE ? "dae" : "ddpm";
  }
}
