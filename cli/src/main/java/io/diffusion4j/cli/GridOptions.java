package io.diffusion4j.cli;

import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Schedules;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which timesteps there are, and which of them are visited. */
final class GridOptions {
  @Option(
      names = "--train-steps",
      paramLabel = "T",
      defaultValue = "1000",
      description = "How many timesteps a schedule has. Default: ${DEFAULT-VALUE}")
  private int trainSteps;

  @Option(
      names = "--spacing",
      split = ",",
      paramLabel = "NAME",
      description = "How the visited timesteps are spaced; several names are compared.")
  private List<String> spacings = List.of();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "25",
      description = "How many timesteps are visited. Default: ${DEFAULT-VALUE}")
  private int steps;

  /** The schedules of these names, in their order. */
  Map<String, NoiseSchedule> schedules(Collection<String> names) {
    Map<String, NoiseSchedule> schedules = new LinkedHashMap<>();
    for (String name : names) {
      schedules.put(name, Schedules.standard().named(name, trainSteps()));
    }
    return schedules;
  }

  /** The timesteps that each spacing asked for visits, in their order; empty if none was. */
  Map<String, Timesteps> visited() {
    return visited(spacings);
  }

  /** The same, with a spacing for when none was asked for. */
  Map<String, Timesteps> visitedOr(String spacing) {
    return visited(spacings.isEmpty() ? List.of(spacing) : spacings);
  }

  private Map<String, Timesteps> visited(List<String> names) {
    Map<String, Timesteps> visited = new LinkedHashMap<>();
    for (String name : names) {
      visited.put(name, TimestepSpacings.standard().named(name).of(trainSteps(), steps));
    }
    return visited;
  }

  private int trainSteps() {
    if (trainSteps < 1) {
      throw new IllegalArgumentException("train-steps: " + trainSteps + " (expected: ≥ 1)");
    }
    return trainSteps;
  }
}
