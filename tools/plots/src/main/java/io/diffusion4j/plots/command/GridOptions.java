package io.diffusion4j.plots.command;

import io.diffusion4j.cli.options.GivenOptions;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.SectionSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options for the timesteps of a schedule and the visited ones. */
final class GridOptions {
  @Mixin private TrainSteps trainSteps = new TrainSteps();

  @Option(
      names = "--spacing",
      split = ",",
      paramLabel = "NAME",
      description =
          "The spacing of the visited timesteps; separate several names with commas to "
              + "compare them.")
  private List<String> spacings = List.of();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "25",
      description = "The number of visited timesteps. Default: ${DEFAULT-VALUE}")
  private int steps;

  @Option(
      names = "--respacing",
      paramLabel = "SPEC",
      description = {
        "The visited timesteps in OpenAI's respacing notation: ddimN, fast27, or the "
            + "number of timesteps in each of several equal sections, such as 10,10,3,2,2."
      })
  private Optional<String> respacing = Optional.empty();

  @Option(
      names = "--timesteps",
      split = ",",
      paramLabel = "T",
      description =
          "The visited timesteps, from the noisiest to the cleanest, separated by commas.")
  private List<Integer> timesteps = List.of();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  /** Returns the schedules of these names, in their order. */
  Map<String, NoiseSchedule> schedules(Collection<String> names) {
    return trainSteps.schedules(names);
  }

  /** Returns the requested timesteps by name; empty if there are none. */
  Map<String, Timesteps> visited() {
    if (spacings.isEmpty()) {
      GivenOptions.refuse(command, List.of("--steps"), "none without --spacing");
    }
    return given();
  }

  private Map<String, Timesteps> given() {
    Map<String, Timesteps> visited = new LinkedHashMap<>();
    spacings.forEach(name -> visited.put(name, spaced(name)));
    respacing.ifPresent(spec -> visited.put(spec, SectionSpacing.parse(trainSteps.count(), spec)));
    if (!timesteps.isEmpty()) {
      var listed = TimestepSpacings.listed(new Timesteps(timesteps));
      visited.put("listed", listed.of(trainSteps.count(), timesteps.size()));
    }
    return visited;
  }

  /** Returns the requested timesteps by name, or those of a default spacing. */
  Map<String, Timesteps> visitedOr(String spacing) {
    return given().isEmpty() ? Map.of(spacing, spaced(spacing)) : visited();
  }

  private Timesteps spaced(String name) {
    return TimestepSpacings.standard().named(name).of(trainSteps.count(), steps);
  }
}
