package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.ExampleOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.unclip.PriorMeasurement;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j measure}: measures the noise prediction of a model's prior, for a sampler. */
@Command(
    name = "measure",
    description = {
      "Measure how well a model's prior separates noise from embeddings, by timestep.",
      "The results are stored next to the prior's weights until the prior is "
          + "trained again. The sampler analytic-dpm requires them to compute its noise "
          + "variance."
    },
    footer = {
      "",
      "Example:",
      "  diffusion4j measure --model training/emoji/model",
      "  diffusion4j generate \"a red apple\" --model training/emoji/model"
          + " --prior-sampler analytic-dpm --prior-steps 64"
    })
public final class MeasureCommand implements Callable<Integer> {
  /** The number of emoji. */
  private static final int DEFAULT = 512;

  @Mixin private Console console = new Console();

  @Option(
      names = "--replace",
      description =
          "Measure again even if the model already contains results, as the shipped "
              + "model does.")
  private boolean replace;

  @Mixin private ExampleOptions examples = new ExampleOptions();

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Override
  public Integer call() {
    model.loras().requireNone("measure");
    var of = examples.of(model.folder(), DEFAULT);
    var measurement =
        new PriorMeasurement(
            model.folder(), model.measuring(), of.pictures(), of.count(), of.seed());
    Check.that(
        replace || !measurement.isThere(),
        "model",
        model.folder(),
        "one without figures, or --replace to measure anew");
    console.say("measuring " + model.folder());
    console.print(measurement.write());
    return 0;
  }
}
