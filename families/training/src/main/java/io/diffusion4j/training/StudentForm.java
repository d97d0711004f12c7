package io.diffusion4j.training;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.lora.Lora;
import io.diffusion4j.checkpoint.lora.MergedTensors;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.train.LowRank;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the students of a network are stored while it is distilled: as weights of their own, or as
 * low-rank updates of the teacher's, whose prediction they keep.
 *
 * @param of the network
 * @param updates empty for weights
 * @param compute how they run
 */
record StudentForm<C>(Distillable<C> of, Optional<LowRank> updates, Compute compute) {
  /** Returns the scheduler of the students. */
  SchedulerConfig scheduler() {
    return updates.isPresent() ? of.scheduler() : of.students();
  }

  /**
   * Stores a student in a file, whose folder is made if it does not exist.
   *
   * @param notes the metadata of the file
   */
  void write(TensorSource weights, Path file, Map<String, String> notes) {
    Components.made(file.resolveSibling(""));
    updates.ifPresentOrElse(
        low -> new LowRankFile(file).write(low, weights, "", "", notes),
        () ->
            new SafetensorsWriter()
                .withChecksum()
                .notes(notes)
                .copyAll(weights, Optional.of(DType.F32))
                .write(file));
  }

  /** Opens the weights that a stored student draws with. */
  TensorSource weights(Path file) {
    return updates.isPresent()
        ? MergedTensors.of(
            of.weights().get(), List.of(new MergedTensors.ScaledLora(Lora.open(file), 1)))
        : SafetensorsFile.open(file);
  }

  /** Returns what a stored student is trained on from. */
  TensorSource start(Path file) {
    var all = new TensorMap();
    try (var stored = SafetensorsFile.open(file)) {
      if (updates.isPresent()) {
        try (var teachers = of.weights().get()) {
          all.putAll("", teachers);
        }
      }
      return all.putAll("", stored);
    }
  }

  /** Loads a stored student as the teacher of the next. */
  GuidedTeacher<C> open(Path file) {
    return new GuidedTeacher<>(of, () -> weights(file), Optional.empty(), scheduler(), compute);
  }
}
