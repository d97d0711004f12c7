package io.diffusion4j.plots.command;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Schedules;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The number of timesteps of the schedules that a command draws. */
final class TrainSteps {
  private static final int MAX = 1_000_000;

  @Option(
      names = "--train-steps",
      paramLabel = "T",
      defaultValue = "1000",
      description = "The number of timesteps in the noise schedule. Default: ${DEFAULT-VALUE}")
  private int count;

  int count() {
    Check.between("train-steps", count, 1, MAX);
    return count;
  }

  /** Returns the schedules of these names, in their order. */
  Map<String, NoiseSchedule> schedules(Collection<String> names) {
    Map<String, NoiseSchedule> schedules = new LinkedHashMap<>();
    for (String name : names) {
      schedules.put(name, Schedules.standard().named(name).apply(count()));
    }
    return schedules;
  }
}
