package io.diffusion4j.cli.train;

import io.diffusion4j.cli.console.StopOnSignal;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.training.ModelTraining;

/** A run in a process that is not the first of its group: it can be stopped, and has no output. */
record TrainingFollower(StopOnSignal stop) implements ModelTraining.Observer, AutoCloseable {
  @Override
  public void onStart(TrainingRun run, TrainingConfig config, long parameters, long fromStep) {
    stop.begin(run);
  }

  @Override
  public void onStep(long step, Trainer.Report report) {}

  @Override
  public void close() {
    stop.end();
  }
}
