package io.diffusion4j.training;

import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.training.preset.Preset;
import java.util.HashMap;
import java.util.Map;

/**
 * The training of a part.
 *
 * @param setup the part, its data and techniques
 * @param config how long, and how its optimizer works
 * @param checkpointEvery how many steps may be lost
 * @param observer is notified of progress
 */
record Job(PartSetup setup, TrainingConfig config, long checkpointEvery, Recipe.Observer observer) {
  /** The metadata of its weights. */
  Map<String, String> notes(Preset preset) {
    var notes = new HashMap<>(config.notes());
    notes.putAll(setup.data().notes());
    notes.put("diffusion4j.preset", preset.name());
    notes.put("diffusion4j.part", setup.part().word());
    notes.put("diffusion4j.techniques", setup.words());
    return Map.copyOf(notes);
  }
}
