package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Dropout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * The dropouts of an objective, which fill their inputs of batches.
 *
 * @param sizes the dropouts by input, with the number of values of a row
 */
record Dropouts(Map<Dropout, Integer> sizes, long seed) {
  static final Dropouts NONE = new Dropouts(Map.of(), 0);

  /**
   * Returns those of an objective.
   *
   * @throws IllegalArgumentException if its features are computed twice in a step, once without
   */
  static Dropouts of(Objective objective, TrainingConfig config) {
    Map<Dropout, Integer> sizes = new TreeMap<>(Comparator.comparing(Dropout::input));
    LossNetwork.of(objective)
        .network()
        .inputs()
        .forEach(
            (name, value) ->
                Dropout.of(name)
                    .ifPresent(it -> sizes.put(it, Math.toIntExact(value.sampleSize()))));
    Check.that(
        sizes.isEmpty() || config.accumulate() == 1 || !(objective instanceof FeatureObjective),
        "accumulate",
        config.accumulate(),
        "1, for a contrast of features with dropout");
    int forms = ObjectiveForms.of(objective).size();
    Check.that(sizes.isEmpty() || forms == 1, "forms", forms, "1, for a network with dropout");
    return new Dropouts(sizes, config.seed());
  }

  /** Fills the inputs of a batch whose first row has a number in its step. */
  void fill(Batch batch, long step, long first) {
    sizes.forEach(
        (dropout, size) ->
            batch.floats(dropout.input(), dropout.factors(seed, step, first, batch.rows(), size)));
  }

  /** Fills the inputs of a batch with ones. */
  void fillWithoutDropping(Batch batch) {
    sizes.forEach(
        (dropout, size) -> {
          float[] ones = new float[batch.rows() * size];
          Arrays.fill(ones, 1);
          batch.floats(dropout.input(), ones);
        });
  }
}
