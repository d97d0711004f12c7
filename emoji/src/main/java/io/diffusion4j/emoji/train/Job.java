package io.diffusion4j.emoji.train;

import io.diffusion4j.tf.train.TrainingConfig;
import java.util.Locale;
import java.util.Map;

/**
 * A part that is to be trained.
 *
 * @param part which
 * @param config how long, and how its optimizer works
 * @param techniques those of the part
 * @param checkpointEvery how many steps may be lost
 * @param observer is told
 */
record Job(
    Part part,
    TrainingConfig config,
    Techniques techniques,
    long checkpointEvery,
    Recipe.Observer observer) {
  /** What the files of its weights say of it. */
  Map<String, String> notes(Preset preset) {
    return Map.of(
        "diffusion4j.preset", preset.name(),
        "diffusion4j.part", part.word(),
        "diffusion4j.steps", Long.toString(config.steps()),
        "diffusion4j.batch_size", Integer.toString(config.batchSize()),
        "diffusion4j.learning_rate", Double.toString(config.learningRate()),
        "diffusion4j.optimizer", config.optimizer().method().name().toLowerCase(Locale.ROOT),
        "diffusion4j.seed", Long.toString(config.seed()),
        "diffusion4j.techniques", techniques.toString());
  }
}
