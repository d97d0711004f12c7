package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.RowRange;
import io.diffusion4j.nn.train.group.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A training run that can be stopped at any moment and resumes from its last checkpoint, with the
 * same final weights as an uninterrupted run.
 *
 * <p>In a {@link Group}, each process has a run. Only the first process reads and writes the state;
 * the folders of the others are not used. {@link #stop} in one of them stops all after the same
 * step, and before a state is saved their weights are compared.
 *
 * <p>The next batch is made during the current step. A folder belongs to one run at a time, until
 * the end of {@link #run} or {@link #close}.
 */
public final class TrainingRun implements AutoCloseable {
  /** The file of the state in a run's folder. */
  public static final String STATE = "state.safetensors";

  /** The note of a state with the samples of a batch. */
  public static final String BATCH_SIZE = "batch_size";

  /** Observes a run; called on the training thread. */
  public interface Listener {
    /**
     * Called after each step.
     *
     * @param step the number of steps done
     */
    void onStep(long step, Trainer.Report report);

    /** Called when the state has been saved after {@code step} steps. */
    default void onCheckpoint(long step, Path file) {}
  }

  private final Trainer trainer;
  private final TrainingConfig config;
  private final Map<String, String> origin;
  private final Set<String> accepted;
  private final BatchSource batches;
  private final Optional<LossAwareTimesteps> timesteps;
  private final Path state;
  private final long checkpointEvery;
  private final Group group;
  private Optional<StateLock> lock = Optional.empty();
  private Optional<Long> saved = Optional.empty();
  private Optional<Wire> sumsBefore = Optional.empty();
  private TrainingState.Restored restored = TrainingState.Restored.NOTHING;

  private volatile boolean stopped;
  private long waited;

  /**
   * Creates a run with its state in a folder; an existing state is resumed.
   *
   * @param folder is created if it does not exist
   * @param checkpointEvery the number of steps between two states, at least 1
   * @throws io.diffusion4j.checkpoint.CheckpointException if there is a state of another run, or a
   *     damaged one
   * @throws IllegalArgumentException if the folder belongs to another run
   */
  public TrainingRun(
      Trainer trainer,
      TrainingConfig config,
      BatchSource batches,
      Path folder,
      long checkpointEvery) {
    this(trainer, config, Map.of(), Set.of(), batches, folder, checkpointEvery);
  }

  /**
   * Creates a run that resumes only with the same origin.
   *
   * @param origin what the weights are made of apart from the configuration, such as a digest of
   *     the data set, by name; a state that contains another value of a name is refused
   * @param accepted names of settings whose value may have changed since the state was saved; the
   *     run and its states keep a record of each change
   */
  public TrainingRun(
      Trainer trainer,
      TrainingConfig config,
      Map<String, String> origin,
      Set<String> accepted,
      BatchSource batches,
      Path folder,
      long checkpointEvery) {
    this(trainer, config, origin, accepted, batches, Optional.empty(), folder, checkpointEvery);
  }

  /**
   * Creates a run whose batches draw their timesteps where its losses are large.
   *
   * @param batches draws the timesteps of a batch from {@code timesteps}
   */
  public TrainingRun(
      Trainer trainer,
      TrainingConfig config,
      BatchSource batches,
      LossAwareTimesteps timesteps,
      Path folder,
      long checkpointEvery) {
    this(
        trainer,
        config,
        Map.of(),
        Set.of(),
        batches,
        Optional.of(timesteps),
        folder,
        checkpointEvery);
  }

  private TrainingRun(
      Trainer trainer,
      TrainingConfig config,
      Map<String, String> origin,
      Set<String> accepted,
      BatchSource batches,
      Optional<LossAwareTimesteps> timesteps,
      Path folder,
      long checkpointEvery) {
    Check.that(checkpointEvery >= 1, "checkpointEvery", checkpointEvery, "≥ 1");
    this.accepted = Set.copyOf(accepted);
    this.trainer = trainer;
    this.config = config;
    this.origin = new TreeMap<>(origin); // in the same order in all processes
    this.batches = batches;
    this.timesteps = timesteps;
    timesteps.ifPresent(aware -> aware.accumulate(config.accumulate()));
    this.group = trainer.group();
    this.state = folder.resolve(STATE);
    this.checkpointEvery = checkpointEvery;
    try {
      SharedState.restore(
          trainer,
          () -> restore(folder),
          () -> TrainingState.describe(trainer, config, this.origin, timesteps),
          timesteps,
          config);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void restore(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + folder + ": " + e, e);
    }
    lock = Optional.of(StateLock.of(folder));
    SafetensorsWriter.removeLeftovers(state);
    if (Files.exists(state)) {
      sumsBefore = TrainingState.sums(state);
      restored = TrainingState.restore(trainer, config, origin, accepted, timesteps, state);
      saved = Optional.of(trainer.step());
    }
  }

  /**
   * Returns the configuration with which a run resumes: the format of its sums is that of the run's
   * state, if the configuration leaves it open. All processes of a group call this method; only the
   * first reads the state.
   *
   * @param folder the folder of the run
   */
  public static TrainingConfig resumed(TrainingConfig config, Path folder, Group group) {
    Path state = folder.resolve(STATE);
    boolean reads = group.isFirst() && config.sums().isEmpty() && Files.exists(state);
    Optional<Wire> before = reads ? TrainingState.sums(state) : Optional.empty();
    String shared = group.exchange(before.map(Wire::word).orElse("")).get(0);
    return config.sums().isPresent() || shared.isEmpty()
        ? config
        : config.withSums(Wire.of(shared));
  }

  /**
   * Returns the settings in which the run differs, or may differ, from the state that it resumes,
   * in words.
   */
  public List<String> changes() {
    List<String> changes = new ArrayList<>();
    sumsBefore
        .filter(before -> before != config.wire())
        .map(before -> "sums in " + config.wire().word() + ", until here in " + before.word())
        .ifPresent(changes::add);
    if (!restored.unknown().isEmpty()) {
      changes.add(
          "not compared, as the state is of an earlier version: "
              + String.join(", ", restored.unknown()));
    }
    changes.addAll(restored.changes());
    return changes;
  }

  /**
   * Returns the accepted changes of the origin since the run began, such as {@code data until step
   * 250: …}.
   */
  public List<String> acceptedChanges() {
    return restored.changes();
  }

  /** Returns what the weights are made of: the origin and the settings that must not change. */
  public Map<String, String> settings() {
    return TrainingState.identity(trainer, config, origin, timesteps);
  }

  /** Stops the run after the current step, with its state saved; may be called from any thread. */
  public void stop() {
    stopped = true;
  }

  /**
   * Trains until all steps are done or {@link #stop} was called, and saves the state. May be called
   * once.
   *
   * @throws UncheckedIOException if a state cannot be written; the message contains the missing
   *     space on the disk and the step of the last checkpoint, which stays intact
   * @throws DivergedException if a step gave numbers that are not finite; the last checkpoint stays
   *     intact
   * @throws io.diffusion4j.nn.train.group.PeerLostException if another process is lost; the last
   *     checkpoint stays intact
   * @throws RuntimeException from the source of batches; the state is saved first, and the other
   *     processes of a group stop after the same step
   * @return whether all steps are done
   */
  public boolean run(Listener listener) {
    ExecutorService loader =
        Executors.newSingleThreadExecutor(
            task -> {
              var thread = new Thread(task, "batches");
              thread.setDaemon(true);
              return thread;
            });
    try {
      requireSameData();
      CompletableFuture<Batch[]> next = ahead(loader, trainer.step());
      Optional<RuntimeException> failure = Optional.empty();
      while (trainer.step() < config.steps()) {
        failure = stopped ? Optional.empty() : failure(next);
        if (group.any(stopped || failure.isPresent())) {
          break;
        }
        Batch[] batch = next.join();
        next = ahead(loader, trainer.step() + 1);
        var report = trainer.step(batch);
        timesteps.ifPresent(aware -> aware.record(trainer.timestepLosses()));
        listener.onStep(trainer.step(), report);
        if (trainer.step() % checkpointEvery == 0) {
          save(listener);
        }
      }
      if (trainer.step() % checkpointEvery != 0) {
        save(listener);
      }
      group.settle(); // a stopped process ends at once, also while others still save
      if (failure.isPresent()) {
        throw failure.get();
      }
      return trainer.step() >= config.steps();
    } finally {
      loader.shutdownNow();
      close();
    }
  }

  /**
   * Returns the total time that the training thread has waited for batches; call it on that thread.
   */
  public Duration waited() {
    return Duration.ofNanos(waited);
  }

  /** Releases the folder; a second call does nothing. */
  @Override
  public void close() {
    lock.ifPresent(StateLock::close);
  }

  private CompletableFuture<Batch[]> ahead(ExecutorService loader, long step) {
    return step < config.steps()
        ? CompletableFuture.supplyAsync(() -> batches(step), loader)
        : CompletableFuture.failedFuture(new IllegalStateException("no step " + step));
  }

  /** Waits for batches, and returns why they could not be made. */
  private Optional<RuntimeException> failure(CompletableFuture<Batch[]> next) {
    long asked = System.nanoTime();
    try {
      next.join();
      return Optional.empty();
    } catch (CompletionException e) {
      return Optional.of(e.getCause() instanceof RuntimeException cause ? cause : e);
    } finally {
      waited += System.nanoTime() - asked;
    }
  }

  /** Returns the batches of a step; with several per step, the next ones of the source. */
  private Batch[] batches(long step) {
    var all = new Batch[config.accumulate()];
    for (int i = 0; i < all.length; i++) {
      long number = step * all.length + i;
      all[i] = group.isAlone() ? batches.batch(number) : batches.rows(number, trainer.share());
    }
    return all;
  }

  /** Compares a row of the first step, since processes read the data by themselves. */
  private void requireSameData() {
    long step = trainer.step();
    if (!group.isAlone() && step < config.steps()) {
      var row = batches.rows(step * config.accumulate(), new RowRange(0, 1));
      group.requireSame(
          "data", "a row of step " + step + ", checksum " + Long.toHexString(row.checksum()));
    }
  }

  /** Saves the state; the first process writes it. */
  private void save(Listener listener) {
    SharedState.requireSameWeights(trainer);
    trainer.gather();
    if (!group.isFirst()) {
      return;
    }
    try {
      TrainingState.save(trainer, config, origin, restored.changes(), timesteps, state);
    } catch (UncheckedIOException e) {
      String kept = saved.map(step -> "the state of step " + step).orElse("no state");
      throw new UncheckedIOException(e.getMessage() + "; there is " + kept, e.getCause());
    }
    saved = Optional.of(trainer.step());
    listener.onCheckpoint(trainer.step(), state);
  }
}
