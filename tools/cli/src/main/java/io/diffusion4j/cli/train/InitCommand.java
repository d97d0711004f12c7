package io.diffusion4j.cli.train;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.RandomModel;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j init}: writes a pipeline of random weights. */
@Command(
    name = "init",
    description = "Write a model folder with random weights, in the layout of a published model.",
    footer = {"", "Example:", "  diffusion4j init --config small --output random"})
public final class InitCommand implements Callable<Integer> {
  /** The names of the sizes. */
  static final class Sizes implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return sizes().names().iterator();
    }
  }

  /** The type of stored weights. */
  enum Stored {
    f32(DType.F32),
    bf16(DType.BF16);

    final DType dtype;

    Stored(DType dtype) {
      this.dtype = dtype;
    }
  }

  @Mixin private Console console = new Console();

  @Option(
      names = "--config",
      paramLabel = "SIZE",
      required = true,
      completionCandidates = Sizes.class,
      description =
          "The structure and size of the model: ${COMPLETION-CANDIDATES} (see "
              + "docs/published-checkpoints.md)")
  private String size = "";

  @Option(
      names = "--dtype",
      paramLabel = "FORMAT",
      defaultValue = "bf16",
      description =
          "The number format of the weights: ${COMPLETION-CANDIDATES}. Default: "
              + "${DEFAULT-VALUE}")
  private Stored stored = Stored.bf16;

  @Mixin private CommonOptions.Seed seed = new CommonOptions.Seed();

  @Mixin private CommonOptions.Output output = new CommonOptions.Output();

  private static ByName<RandomModel> sizes() {
    return ModelFamily.all("config", ModelFamily::random);
  }

  @Override
  public Integer call() {
    Path model =
        sizes()
            .named(size)
            .write(
                output.path(),
                stored.dtype,
                seed.value(),
                component -> console.say("writing " + component));
    console.print("model: " + model);
    return 0;
  }
}
