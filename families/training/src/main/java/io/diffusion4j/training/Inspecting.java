package io.diffusion4j.training;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.Validation;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Passes the progress of a run on to its observer, and validates and writes previews when they are
 * due.
 */
record Inspecting(
    ComponentRun run,
    Trainer trainer,
    Optional<Validation> validation,
    Health health,
    BiConsumer<ComponentRun, TensorSource> write)
    implements TrainingRun.Listener {
  private static final String PREVIEW = "preview";

  @Override
  public void onStep(long step, Trainer.Report report) {
    run.observer().onStep(step, report);
    if (validation.isPresent() && step % run.inspection().validateEvery() == 0) {
      var numbers = new TreeMap<>(validation.get().measure(trainer));
      if (trainer.group().isFirst()) {
        numbers.putAll(health.of(trainer.averagedWeights()));
        run.observer().onValidation(step, numbers);
      }
    }
    long every = run.inspection().previewEvery();
    if (every > 0 && step % every == 0 && trainer.group().isFirst()) {
      run.observer().onPreview(step, preview());
    }
  }

  /** Writes the current model to a folder beside the state, with links to its other parts. */
  private Path preview() {
    Path folder = run.whole().work().resolve(run.setup().part().word()).resolve(PREVIEW);
    var elsewhere = run.elsewhere(folder);
    elsewhere.write(trainer, write);
    return elsewhere.layout().pipeline();
  }

  @Override
  public void onCheckpoint(long step, Path file) {
    run.observer().onCheckpoint(step, file);
  }
}
