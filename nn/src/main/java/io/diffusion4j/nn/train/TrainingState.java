package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.nn.weights.CheckpointTensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a run needs to go on, in one safetensors file that is replaced at once: weights,
 * moments and moving averages as tensors, and the losses that timesteps are drawn by, if they are;
 * step and configuration as notes.
 */
final class TrainingState {
  private static final String STEP = "step";
  private static final String OPTIMIZER = "optimizer";
  private static final String TIMESTEPS = "timesteps";
  private static final String UNIFORM = "uniform";

  private TrainingState() {}

  static void save(
      Trainer trainer, TrainingConfig config, Optional<LossAwareTimesteps> timesteps, Path file) {
    var writer = new SafetensorsWriter().withChecksum().note(STEP, Long.toString(trainer.step()));
    writer.notes(identity(config, timesteps));
    timesteps.ifPresent(aware -> aware.save(writer));
    var state = trainer.state();
    for (String name : state.names()) {
      writer.floats(name, DType.F32, state.shape(name), () -> state.read(name));
    }
    writer.write(file);
  }

  static void restore(
      Trainer trainer, TrainingConfig config, Optional<LossAwareTimesteps> timesteps, Path file) {
    try (var saved = SafetensorsFile.open(file)) {
      saved.requireIntact();
      Map<String, String> notes = new LinkedHashMap<>(saved.metadata());
      // of a time when there was no choice
      notes.putIfAbsent(OPTIMIZER, Optimizer.Method.ADAMW.name());
      notes.putIfAbsent(TIMESTEPS, UNIFORM);
      identity(config, timesteps)
          .forEach(
              (name, value) -> {
                if (!value.equals(notes.get(name))) {
                  throw new CheckpointException(
                      file,
                      "is of another run: "
                          + name
                          + ": "
                          + notes.get(name)
                          + " (expected: "
                          + value
                          + ")");
                }
              });
      long step = Long.parseLong(notes.getOrDefault(STEP, ""));
      timesteps.ifPresent(
          aware ->
              aware.restore(
                  new CheckpointTensors(file, saved, LossAwareTimesteps::isStateOf), step));
      trainer.restore(
          new CheckpointTensors(file, saved, name -> !LossAwareTimesteps.isStateOf(name)), step);
    } catch (NumberFormatException e) {
      throw new CheckpointException(file, "is not a training state: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file, "is of another run: " + e.getMessage(), e);
    }
  }

  /** What must not change within a run; how long it is and how fast it learns may. */
  private static Map<String, String> identity(
      TrainingConfig config, Optional<LossAwareTimesteps> timesteps) {
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("seed", Long.toString(config.seed()));
    notes.put("batch_size", Integer.toString(config.batchSize()));
    notes.put("precision", config.compute().precision().name());
    notes.put(OPTIMIZER, config.optimizer().method().name());
    notes.put(TIMESTEPS, timesteps.isPresent() ? "loss-aware" : UNIFORM);
    return notes;
  }
}
