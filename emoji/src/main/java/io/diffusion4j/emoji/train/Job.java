package io.diffusion4j.emoji.train;

import io.diffusion4j.tf.train.TrainingConfig;
import java.util.HashMap;
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
    var notes = new HashMap<>(config.notes());
    notes.put("diffusion4j.preset", preset.name());
    notes.put("diffusion4j.part", part.word());
    notes.put("diffusion4j.techniques", techniques.toString());
    return Map.copyOf(notes);
  }
}
