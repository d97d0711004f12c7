package io.diffusion4j.training;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.OwnFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A student as it was up to {@value #EVERY} steps ago, whose answers it learns: a copy of its
 * weights, renewed every {@value #EVERY} steps; first the teacher takes its place. The copies are
 * files beside the state, so that a resumed run sees the same ones; those before the last saved
 * state are deleted. Processes that train together have their folder in common, or a copy each.
 */
final class EarlierStudent<C> implements AutoCloseable {
  private static final int EVERY = 10;

  private final StudentForm<C> form;
  private final Path folder;
  private final long from;
  private final Group group;
  private final boolean writes;
  private long number = -1;
  private Optional<GuidedTeacher<C>> network = Optional.empty();

  /**
   * Prepares the copies.
   *
   * @param folder the folder of the state
   * @param from the steps before the first copy, at least
   * @param group the processes, which copy at the same steps
   */
  EarlierStudent(StudentForm<C> form, Path folder, long from, Group group) {
    this.form = form;
    this.folder = folder;
    this.from = Math.max(from, EVERY);
    this.group = group;
    writes = OwnFolder.writes(group, folder);
  }

  private Path file(long copy) {
    return folder.resolve("target-" + copy + ".safetensors");
  }

  /** Returns the student for the batch of a step, to be closed with the next; empty at first. */
  Optional<GuidedTeacher<C>> at(long step) {
    long asked = step / EVERY;
    if (step >= from && asked != number) {
      close();
      network = Optional.of(form.open(file(asked)));
      number = asked;
    }
    return step >= from ? network : Optional.empty();
  }

  /** Copies the student's weights for the batches from the next step on. */
  void onStep(long step, Supplier<TensorSource> weights) {
    if ((step + 1) % EVERY == 0) {
      if (writes) {
        form.write(weights.get(), file((step + 1) / EVERY), Map.of());
      }
      group.any(false); // all copies are there
    }
  }

  /** Deletes the copies that no run needs that resumes from a step. */
  void onCheckpoint(long step) {
    if (!writes) {
      return;
    }
    try {
      long old = step / EVERY - 1;
      while (old > 0 && Files.deleteIfExists(file(old))) {
        old--;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder + "/target-…: " + e, e);
    }
  }

  @Override
  public void close() {
    network.ifPresent(GuidedTeacher::close);
    network = Optional.empty();
    number = -1;
  }
}
