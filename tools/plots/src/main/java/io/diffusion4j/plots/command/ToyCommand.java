package io.diffusion4j.plots.command;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.schedule.FlowSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Schedules;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.plots.AnimatedGif;
import io.diffusion4j.plots.ChartDrawing;
import io.diffusion4j.plots.ChartFile;
import io.diffusion4j.toy.PointDrawings;
import io.diffusion4j.toy.PointModel;
import io.diffusion4j.toy.PointSet;
import io.diffusion4j.toy.PointTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j toy}: plots the diffusion of points, with a network trained in seconds. */
@Command(
    name = "toy",
    description = "Train a small network on points in the plane, and plot its diffusion process.",
    footer = {
      "",
      "The plots show the forward process, the learned score as arrows, x_t and "
          + "the estimates of x_0 along a DDIM trajectory, and the paths of the "
          + "samplers. Each is written as PNG and SVG; the first and last also as "
          + "animated GIF.",
      "",
      "Examples:",
      "  diffusion4j toy --points spiral --sampler ddpm-small,ddim,ode-heun --output toy",
      "  diffusion4j toy --process flow --steps 4 --sampler ddim,heun --output toy"
    })
public final class ToyCommand implements Callable<Integer> {
  private static final ByName<Boolean> PROCESSES =
      new ByName<>("process", Map.of("ddpm", false, "flow", true));
  private static final List<String> FLOW_SAMPLERS = List.of("flow-euler", "flow-heun");
  private static final int TIMESTEPS = 1000;
  private static final int PANELS = 5;
  private static final int FRAMES = 50;
  private static final int FRAME_TIME = 6;
  private static final int LAST_FRAME_TIME = 200;
  private static final int BAR_STRIDE = 50;

  @Mixin private Console console = new Console();

  @Option(
      names = "--points",
      paramLabel = "NAME",
      defaultValue = "spiral",
      description = "The point set: dino, mixture, moons or spiral. Default: ${DEFAULT-VALUE}")
  private String points = "";

  @Option(
      names = "--sampler",
      paramLabel = "NAME,…",
      split = ",",
      defaultValue = "ddpm-small,ddim,heun",
      description = "The samplers to compare. Default: ${DEFAULT-VALUE}")
  private List<String> samplers = List.of();

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      defaultValue = "linear",
      description = "The noise schedule of 1000 timesteps. Default: ${DEFAULT-VALUE}")
  private String schedule = "";

  @Option(
      names = "--process",
      paramLabel = "NAME",
      defaultValue = "ddpm",
      description =
          "ddpm trains a DDPM; flow also trains a second network by flow matching, and "
              + "plots both side by side. Default: ${DEFAULT-VALUE}")
  private String process = "";

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "50",
      description = "The number of timesteps that the samplers visit. Default: ${DEFAULT-VALUE}")
  private int steps;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1000",
      description = "The number of points in each plot. Default: ${DEFAULT-VALUE}")
  private int count;

  @Option(
      names = "--training-steps",
      paramLabel = "N",
      defaultValue = "3000",
      description = "The number of training steps, with 256 points each. Default: ${DEFAULT-VALUE}")
  private int trainingSteps;

  @Mixin private CommonOptions.Seed seed = new CommonOptions.Seed();

  @Mixin private CommonOptions.Output output = new CommonOptions.Output();

  @Override
  public Integer call() throws IOException {
    Check.that(count >= 1, "count", count, "≥ 1");
    Check.that(steps >= 1 && steps <= TIMESTEPS, "steps", steps, "1 to %s", TIMESTEPS);
    PointSet set = PointSet.standard().named(points);
    NoiseSchedule noise = Schedules.standard().named(schedule).apply(TIMESTEPS);
    Map<String, Sampler> chosen = new LinkedHashMap<>();
    samplers.forEach(name -> chosen.put(name, Samplers.standard().named(name)));
    Check.that(!chosen.isEmpty(), "sampler", "none", "at least one");
    boolean flow = PROCESSES.named(process);
    var training = new PointTraining(set, noise, trainingSteps, seed.value());
    Files.createDirectories(output.path());

    var drawings = new PointDrawings(set, noise, count, seed.value());
    write("forward", drawings.forward(PANELS));
    animate("forward", drawings.forwardFrames(FRAMES));
    try (var model = trained(training)) {
      write("score", drawings.score(model, PANELS));
      write("estimates", drawings.estimates(model, steps, PANELS));
      Map<String, List<List<double[]>>> ways = new LinkedHashMap<>();
      chosen.forEach(
          (name, sampler) -> ways.put(name, model.sample(sampler, steps, count, seed.value())));
      if (flow) {
        addFlow(set, ways);
      }
      write("samplers", PointDrawings.ways(ways));
      animate("samplers", PointDrawings.samplingFrames(ways, FRAMES));
    }
    return 0;
  }

  /** Adds the ways of a network that is trained as a flow. */
  private void addFlow(PointSet set, Map<String, List<List<double[]>>> ways) {
    var noise = new FlowSchedule(TIMESTEPS, 1);
    try (var model = trained(new PointTraining(set, noise, trainingSteps, seed.value()))) {
      for (String name : FLOW_SAMPLERS) {
        Sampler sampler = Samplers.standard().named(name);
        ways.put("flow: " + name, model.sample(sampler, steps, count, seed.value()));
      }
    }
  }

  private PointModel trained(PointTraining training) {
    try (var bar = console.bars().bar("training", 0, trainingSteps)) {
      double[] mean = new double[1];
      return training.train(
          (step, loss) -> {
            mean[0] = step == 1 ? loss : 0.98 * mean[0] + 0.02 * loss;
            if (step % BAR_STRIDE == 0 || step == trainingSteps) {
              bar.at(step, String.format(Locale.ROOT, "loss %.4f", mean[0]));
            }
          });
    }
  }

  private void write(String name, ChartDrawing drawing) {
    for (String ending : List.of(".png", ".svg")) {
      var file = new ChartFile(output.path().resolve(name + ending));
      file.write(drawing);
      console.say("wrote " + file.path());
    }
  }

  private void animate(String name, List<ChartDrawing> frames) {
    Path path = output.path().resolve(name + ".gif");
    new AnimatedGif(path).write(frames, FRAME_TIME, LAST_FRAME_TIME);
    console.say("wrote " + path);
  }
}
