package io.diffusion4j.prior;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.diffusion.solver.EpsPower;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The {@link EpsPower} of a network, in a file beside its weights: {@code timesteps} and, for each
 * of them, {@code eps_power}. It is measured once, and deleted when other weights are written.
 */
public final class EpsPowerFile {
  private static final String NAME = "eps_power.json";
  private static final String TIMESTEPS = "timesteps";
  private static final String POWER = "eps_power";

  private EpsPowerFile() {}

  /**
   * Reads the measurement of the network in a folder; empty if there is none.
   *
   * @throws CheckpointException if the file is invalid
   */
  public static Optional<EpsPower> read(Path folder) {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    var config = ComponentConfig.read(file);
    List<Integer> timesteps = config.ints(TIMESTEPS, List.of());
    List<Double> powers = config.doubles(POWER, List.of());
    config.refuseUnknown();
    if (timesteps.size() != powers.size()) {
      throw new CheckpointException(
          file, POWER + ": " + powers.size() + " values (expected: " + timesteps.size() + ")");
    }
    SortedMap<Integer, Double> byTimestep = new TreeMap<>();
    for (int i = 0; i < timesteps.size(); i++) {
      byTimestep.put(timesteps.get(i), powers.get(i));
    }
    return Optional.of(config.make(() -> new EpsPower(byTimestep)));
  }

  /** Writes the file and returns its path. */
  public static Path write(Path folder, EpsPower power) {
    Path file = folder.resolve(NAME);
    ConfigWriter.nested()
        .put(TIMESTEPS, new ArrayList<>(power.byTimestep().keySet()))
        .put(POWER, new ArrayList<>(power.byTimestep().values()))
        .write(file);
    return file;
  }

  /** Deletes the file, if there is one: it belongs to other weights. */
  static void remove(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve(NAME));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
