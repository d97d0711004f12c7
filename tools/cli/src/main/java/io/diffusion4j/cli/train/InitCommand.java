package io.diffusion4j.cli.train;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.kandinsky.KandinskyConfig;
import io.diffusion4j.kandinsky.RandomKandinsky;
import io.diffusion4j.latent.RandomStableDiffusion;
import io.diffusion4j.latent.StableDiffusionConfig;
import io.diffusion4j.unclip.RandomPipeline;
import io.diffusion4j.unclip.UnclipConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j init}: writes a pipeline of random weights. */
@Command(
    name = "init",
    description = "Write a model folder with random weights, in the layout of a published model.",
    footer = {"", "Example:", "  diffusion4j init --config small --output random"})
public final class InitCommand implements Callable<Integer> {
  /** The available sizes. */
  enum Size {
    karlo,
    small,
    kandinsky22,
    kandinsky_small,
    sd15,
    sd21,
    sdxs,
    sd_small;

    private Path write(Path output, Stored stored, long seed, Consumer<String> listener) {
      return switch (this) {
        case karlo -> unclip(UnclipConfig.karlo(), output, stored, seed, listener);
        case small -> unclip(UnclipConfig.small(), output, stored, seed, listener);
        case kandinsky22 ->
            new RandomKandinsky(KandinskyConfig.kandinsky22(), stored.dtype, seed)
                .write(output, listener);
        case kandinsky_small ->
            new RandomKandinsky(KandinskyConfig.small(), stored.dtype, seed)
                .write(output, listener);
        case sd15 -> stable(StableDiffusionConfig.sd15(), output, stored, seed, listener);
        case sd21 -> stable(StableDiffusionConfig.sd21(), output, stored, seed, listener);
        case sdxs -> stable(StableDiffusionConfig.sdxs(), output, stored, seed, listener);
        case sd_small -> stable(StableDiffusionConfig.small(), output, stored, seed, listener);
      };
    }

    private static Path stable(
        StableDiffusionConfig config,
        Path output,
        Stored stored,
        long seed,
        Consumer<String> listener) {
      new RandomStableDiffusion(config, stored.dtype, seed).write(output, listener);
      return output;
    }

    private static Path unclip(
        UnclipConfig config, Path output, Stored stored, long seed, Consumer<String> listener) {
      new RandomPipeline(config, stored.dtype, seed).write(output, listener);
      return output;
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
      description =
          "The size of the model. karlo: Karlo v1-alpha (3.7 billion parameters); "
              + "small: the same structure with 20 million. kandinsky22: Kandinsky 2.2 (4.9 "
              + "billion); kandinsky_small: the same structure with 1 million. sd15, sd21: "
              + "Stable Diffusion 1.5 (1.1 billion) and 2.1 (1.3 billion); sdxs: SDXS-512 "
              + "(0.4 billion); sd_small: the structure of sd15 with 3 million.")
  private Size size = Size.small;

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

  @Override
  public Integer call() {
    Path model =
        size.write(
            output.path(), stored, seed.value(), component -> console.say("writing " + component));
    console.print("model: " + model);
    return 0;
  }
}
