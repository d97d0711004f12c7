package io.diffusion4j.training.preset;

import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.training.strict.Faults;
import org.jspecify.annotations.Nullable;

/**
 * How long and how fast a part is trained.
 *
 * @param steps optimizer steps in all
 * @param batch examples per step
 * @param learningRate the rate after the warm-up
 * @param seed of the initial weights and of the order of the data
 * @param optimizer what moves the weights; null for AdamW
 */
public record Schedule(
    long steps, int batch, double learningRate, long seed, Optimizer.@Nullable Method optimizer) {
  public Schedule {
    new Faults()
        .require(steps >= 1, "steps", steps, "≥ 1")
        .require(batch >= 1, "batch", batch, "≥ 1")
        .require(learningRate > 0 && learningRate < 1, "learning-rate", learningRate, "in (0, 1)")
        .throwIfAny();
  }

  /** The configuration of a training, with customary values for all that is not here. */
  public TrainingConfig config() {
    var config = TrainingConfig.of(steps, batch, learningRate, seed);
    return optimizer == null ? config : config.withOptimizer(Optimizer.of(optimizer));
  }
}
