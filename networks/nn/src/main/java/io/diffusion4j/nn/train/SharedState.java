package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.train.group.Group;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The state of a group's training, which the first process reads and writes: the others receive it
 * from the first, so they need no files.
 */
final class SharedState {
  /** A step is broadcast in two numbers, which float32 holds exactly. */
  private static final long HALF = 1 << 20;

  private SharedState() {}

  /**
   * Restores a state in all processes.
   *
   * @param restore the action by which the first process restores it
   * @param described describes the training, which has to be the same in all processes
   * @throws RuntimeException in every process, if that fails or if their training runs differ
   */
  static void restore(
      Trainer trainer,
      Runnable restore,
      Supplier<String> described,
      Optional<LossAwareTimesteps> timesteps,
      TrainingConfig config) {
    var group = trainer.group();
    Optional<RuntimeException> failure = Optional.empty();
    if (group.isFirst()) {
      try {
        restore.run();
      } catch (RuntimeException e) {
        if (group.isAlone()) {
          throw e;
        }
        failure = Optional.of(e);
      }
    }
    if (group.isAlone()) {
      return;
    }
    String reason = group.exchange(failure.map(RuntimeException::toString).orElse("")).get(0);
    failure.ifPresent(
        e -> {
          throw e;
        });
    if (!reason.isEmpty()) {
      throw new IllegalArgumentException("process 0: " + reason);
    }
    group.requireSame("training", described.get());
    share(trainer, timesteps, config);
  }

  /** Gives the first process's state to the others. */
  private static void share(
      Trainer trainer, Optional<LossAwareTimesteps> timesteps, TrainingConfig config) {
    var group = trainer.group();
    float[] halves = {(int) (trainer.step() / HALF), (int) (trainer.step() % HALF)};
    group.broadcast(halves);
    long high = (long) halves[0];
    long step = high * HALF + (long) halves[1];
    var state = broadcast(group, trainer.state());
    if (!group.isFirst()) {
      trainer.restore(state, step);
    }
    if (timesteps.isPresent() && step > 0) {
      var aware = timesteps.get();
      var known = group.isFirst() ? aware.state() : aware.empty(config.samplesPerStep());
      var shared = broadcast(group, known);
      if (!group.isFirst()) {
        aware.restore(shared, step);
      }
    }
  }

  private static TensorSource broadcast(Group group, TensorSource mine) {
    var shared = new TensorMap();
    for (String name : mine.names()) {
      float[] values = mine.read(name).clone();
      group.broadcast(values);
      shared.put(name, mine.shape(name), values);
    }
    return shared;
  }

  /**
   * Checks that all processes have the same weights.
   *
   * @throws IllegalStateException with the rank and the parameter of a difference
   */
  static void requireSameWeights(Trainer trainer) {
    if (trainer.group().isAlone()) {
      return;
    }
    var weights = trainer.weights();
    Map<String, float[]> values = new LinkedHashMap<>();
    for (String name : weights.names()) {
      values.put(name, weights.read(name));
    }
    trainer.group().requireSame(values);
  }
}
