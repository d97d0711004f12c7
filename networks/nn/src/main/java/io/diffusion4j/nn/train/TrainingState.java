package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.train.group.Wire;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The whole state of a run, in one safetensors file that is replaced atomically. Weights, moments,
 * moving averages and the losses of loss-aware timesteps are tensors; step and configuration are
 * notes.
 */
final class TrainingState {
  private static final String STEP = "step";
  private static final String OPTIMIZER = "optimizer";
  private static final String TIMESTEPS = "timesteps";
  private static final String UNIFORM = "uniform";
  private static final String ACCUMULATE = "accumulate";
  private static final String FROZEN = "frozen_checksum";
  private static final String NOTHING = "none";
  private static final String EMA_DECAYS = "ema_decays";
  private static final String SUMS = "sums";

  /** The accepted changes of the origin, each with the step of the change. */
  private static final String CHANGES = "changes";

  private static final String SEPARATOR = "; ";

  /** The prefix of the keys of moving averages. */
  private static final List<String> AVERAGES =
      TrainingSession.Role.AVERAGES.stream().map(role -> role.key("")).toList();

  private TrainingState() {}

  /** A state that was restored: the settings in which it differs from the run. */
  record Restored(Set<String> unknown, List<String> changes) {
    /** Nothing was restored. */
    static final Restored NOTHING = new Restored(Set.of(), List.of());
  }

  static void save(
      Trainer trainer,
      TrainingConfig config,
      Map<String, String> origin,
      List<String> changes,
      Optional<LossAwareTimesteps> timesteps,
      Path file) {
    var writer = new SafetensorsWriter().withChecksum().note(STEP, Long.toString(trainer.step()));
    writer.notes(identity(trainer, config, origin, timesteps));
    writer.note(EMA_DECAYS, decays(config));
    writer.note(SUMS, config.wire().word());
    if (!changes.isEmpty()) {
      writer.note(CHANGES, String.join(SEPARATOR, changes));
    }
    timesteps.ifPresent(aware -> aware.save(writer));
    var state = trainer.state();
    for (String name : state.names()) {
      writer.floats(name, DType.F32, state.shape(name), () -> state.read(name));
    }
    writer.write(file);
  }

  /**
   * Returns the format in which the processes of a saved run have exchanged gradients; empty for a
   * damaged state, which {@link #restore} reports.
   */
  static Optional<Wire> sums(Path file) {
    try (var saved = SafetensorsFile.open(file)) {
      return Optional.of(Wire.of(saved.metadata().getOrDefault(SUMS, Wire.FLOAT32.word())));
    } catch (CheckpointException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Restores a state.
   *
   * @param accepted the names of settings that may have another value than in the state
   */
  static Restored restore(
      Trainer trainer,
      TrainingConfig config,
      Map<String, String> origin,
      Set<String> accepted,
      Optional<LossAwareTimesteps> timesteps,
      Path file) {
    try (var saved = SafetensorsFile.open(file)) {
      saved.requireIntact();
      Map<String, String> notes = new LinkedHashMap<>(saved.metadata());
      // written before there was a choice
      notes.putIfAbsent(OPTIMIZER, Optimizer.Method.ADAMW.name());
      notes.putIfAbsent(TIMESTEPS, UNIFORM);
      notes.putIfAbsent(ACCUMULATE, "1");
      notes.putIfAbsent(FROZEN, NOTHING);
      notes.putIfAbsent("plugins", NOTHING);
      Map<String, String> identity = identity(trainer, config, origin, timesteps);
      var unknown = new TreeSet<>(identity.keySet());
      unknown.removeAll(notes.keySet());
      long step = Long.parseLong(notes.getOrDefault(STEP, ""));
      List<String> changes = new ArrayList<>();
      if (notes.containsKey(CHANGES)) {
        changes.addAll(List.of(notes.get(CHANGES).split(SEPARATOR)));
      }
      identity.forEach(
          (name, value) -> {
            String before = notes.get(name);
            boolean isSame = unknown.contains(name) || value.equals(before);
            Check.that(isSame || accepted.contains(name), name, before, "%s", value);
            if (!isSame) {
              changes.add("%s until step %d: %s".formatted(name, step, before));
            }
          });
      String decays = notes.getOrDefault(EMA_DECAYS, "");
      if (!hasDecays(decays, config)) {
        Check.that(accepted.contains(EMA_DECAYS), EMA_DECAYS, decays, "%s", decays(config));
        changes.add("%s until step %d: %s".formatted(EMA_DECAYS, step, decays));
      }
      timesteps.ifPresent(aware -> aware.restore(saved.only(LossAwareTimesteps::isStateOf), step));
      trainer.restore(
          averagesInOrder(saved.only(name -> !LossAwareTimesteps.isStateOf(name)), decays, config),
          step);
      return new Restored(unknown, List.copyOf(changes));
    } catch (NumberFormatException e) {
      throw new CheckpointException(file, "is not a training state: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      String reason = String.valueOf(e.getMessage());
      throw new CheckpointException(
          file,
          "is of another run: "
              + reason.replaceFirst("\\)$", "")
              + "; to start over, remove "
              + file.getParent()
              + ")",
          e);
    }
  }

  /** Returns the settings that must be the same in all processes of a group, as one text. */
  static String describe(
      Trainer trainer,
      TrainingConfig config,
      Map<String, String> origin,
      Optional<LossAwareTimesteps> timesteps) {
    return identity(trainer, config, origin, timesteps)
        + ", parameters="
        + trainer.parameters()
        + ", "
        + config.withCompute(Compute.of(config.compute().precision()));
  }

  /**
   * Returns the settings that must not change within a run; its length and its learning rate may.
   */
  static Map<String, String> identity(
      Trainer trainer,
      TrainingConfig config,
      Map<String, String> origin,
      Optional<LossAwareTimesteps> timesteps) {
    Map<String, String> notes = new LinkedHashMap<>(origin);
    notes.put("seed", Long.toString(config.seed()));
    notes.put(TrainingRun.BATCH_SIZE, Integer.toString(config.batchSize()));
    notes.put(ACCUMULATE, Integer.toString(config.accumulate()));
    notes.put(FROZEN, trainer.fixed().orElse(NOTHING));
    notes.put("precision", config.compute().precision().name());
    notes.put(
        OPTIMIZER,
        config
            .optimizer()
            .rule()
            .map(Optimizer.Rule::name)
            .orElse(config.optimizer().method().name()));
    notes.put("weight_decay", Double.toString(config.optimizer().weightDecay()));
    notes.put("decayed", config.optimizer().decayed().name());
    notes.put("lora", config.lowRank().map(LowRank::toString).orElse(NOTHING));
    notes.put(TIMESTEPS, timesteps.isPresent() ? "loss-aware" : UNIFORM);
    return notes;
  }

  private static String decays(TrainingConfig config) {
    return config.emaDecays().stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** Whether a state has the moving averages of a configuration, in any order. */
  private static boolean hasDecays(String decays, TrainingConfig config) {
    return decays.isEmpty()
        ? config.emaDecays().size() == 1
        : Set.of(decays.split(",")).equals(Set.of(decays(config).split(",")));
  }

  /**
   * Returns the tensors of a state with the moving averages in the order in which the configuration
   * has their decays. An average of another decay begins as the first of the state.
   *
   * @param decays the decays in the order in which they were saved; empty in a state of an earlier
   *     version, which has a single one
   */
  private static TensorSource averagesInOrder(
      TensorSource saved, String decays, TrainingConfig config) {
    List<String> before = List.of(decays.split(","));
    List<String> now = List.of(decays(config).split(","));
    if (now.equals(before) || (decays.isEmpty() && now.size() == 1)) {
      return saved;
    }
    var ordered = new TensorMap();
    for (String name : saved.names()) {
      String prefix = name.substring(0, name.indexOf('.') + 1);
      int average = AVERAGES.indexOf(prefix);
      if (average < 0) {
        ordered.put(name, saved.shape(name), saved.read(name));
      }
      for (int i = 0; i < now.size(); i++) {
        if (average == Math.max(0, before.indexOf(now.get(i)))) {
          String renamed = AVERAGES.get(i) + name.substring(prefix.length());
          ordered.put(renamed, saved.shape(name), saved.read(name));
        }
      }
    }
    return ordered;
  }
}
