package io.diffusion4j.cli.train;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.unclip.RandomPipeline;
import io.diffusion4j.unclip.UnclipConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j init}: a pipeline of random weights. */
@Command(
    name = "init",
    description = "Write a pipeline with random weights in the published layout.",
    footer = {"", "Example:", "  diffusion4j init --config small --output random"})
public final class InitCommand implements Callable<Integer> {
  /** The sizes there are. */
  enum Size {
    karlo,
    small;

    private UnclipConfig config() {
      return switch (this) {
        case karlo -> UnclipConfig.karlo();
        case small -> UnclipConfig.small();
      };
    }
  }

  /** How weights are stored. */
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
      description =
          "karlo, that of Karlo v1-alpha (3.7 billion parameters), or small, the same structure"
              + " with twenty million.")
  private Size size = Size.small;

  @Option(
      names = "--dtype",
      paramLabel = "FORMAT",
      defaultValue = "bf16",
      description = "How weights are stored: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Stored stored = Stored.bf16;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "The same seed gives the same files. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "The folder to write, which must be empty or not there.")
  private Path output = Path.of("");

  @Override
  public Integer call() {
    new RandomPipeline(size.config(), stored.dtype, seed)
        .write(output, component -> console.say("writing " + component));
    console.print("model: " + output);
    return 0;
  }
}
