package io.diffusion4j.cli.train;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.cli.options.SingleFile;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.PublishedLayout;
import io.diffusion4j.pipeline.PublishedLayout.Conversion;
import io.diffusion4j.pipeline.PublishedLayout.Input;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j convert}: writes the tensors of any supported files as safetensors. */
@Command(
    name = "convert",
    description =
        "Convert PyTorch or safetensors files to model.safetensors, or to a model folder.",
    footer = {
      "",
      "PyTorch files are read as data: no code in them is run. Their tensors are "
          + "those of the saved object, or of the first entry found among state_dict, "
          + "model, model_state_dict, params_ema, ema and module.",
      "",
      "Example:",
      "  diffusion4j convert model.ckpt --output model",
      "  diffusion4j convert base.pt upsample.pt --as glide --tokenizer bpe --output glide",
      "  diffusion4j convert v1-5.safetensors --as stable-diffusion --tokenizer bpe --output sd15",
      "  diffusion4j convert part-1.bin part-2.bin --dtype bf16 --output model"
    })
public final class ConvertCommand implements Callable<Integer> {
  /** The types for floating-point tensors. */
  enum Format {
    f32(DType.F32),
    f16(DType.F16),
    bf16(DType.BF16);

    final DType dtype;

    Format(DType dtype) {
      this.dtype = dtype;
    }
  }

  @Mixin private Console console = new Console();

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Weights files, shard indices, or folders of them; their tensors are merged.")
  private List<Path> inputs = List.of();

  @Mixin private CommonOptions.Output output = new CommonOptions.Output();

  @Option(
      names = "--dtype",
      paramLabel = "FORMAT",
      description =
          "The number format to store floating-point tensors in: "
              + "${COMPLETION-CANDIDATES}. Default: unchanged")
  private @Nullable Format format;

  @Option(
      names = "--as",
      paramLabel = "LAYOUT",
      completionCandidates = Layouts.class,
      description =
          "Convert the published files of this model family to a model folder: "
              + "${COMPLETION-CANDIDATES}. Default: none, only the tensors are written")
  private @Nullable String layout;

  @Option(
      names = "--tokenizer",
      paramLabel = "PATH",
      description =
          "The vocabulary, for --as. For glide: the folder with encoder.json and "
              + "vocab.bpe. For CLIP, Karlo and Stable Diffusion: OpenAI's "
              + "bpe_simple_vocab_16e6.txt.gz, or a tokenizer folder.")
  private @Nullable Path tokenizer;

  @Option(
      names = "--settings",
      paramLabel = "DIR",
      description =
          "For networks of unpublished sizes with --as glide, guided-diffusion or dit: "
              + "the folder with their config.json. With --as stable-diffusion: a model "
              + "folder whose settings are used.")
  private @Nullable Path settings;

  @Option(
      names = "--predicts",
      paramLabel = "QUANTITY",
      description =
          "What the U-Net of Stable Diffusion 2.x predicts, for --as stable-diffusion: "
              + "eps (512-pixel models) or v (768-pixel models). Required unless a .yaml "
              + "file next to the weights has the parameterization. Default for 1.x: eps")
  private @Nullable Parameterization predicts;

  /** The names of the layouts. */
  static final class Layouts implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return layouts().names().iterator();
    }
  }

  private static ByName<PublishedLayout> layouts() {
    return ModelFamily.all("as", ModelFamily::published);
  }

  @Override
  public Integer call() throws IOException {
    Optional<PublishedLayout> as = Optional.ofNullable(layout).map(layouts()::named);
    requireTaken(as, Input.VOCABULARY, "tokenizer", tokenizer);
    requireTaken(as, Input.SETTINGS, "settings", settings);
    requireTaken(as, Input.PREDICTION, "predicts", predicts);
    return as.isEmpty() ? convertTensors() : convert(as.get());
  }

  private static void requireTaken(
      Optional<PublishedLayout> as, Input input, String option, @Nullable Object value) {
    if (value == null || as.stream().anyMatch(it -> it.takes().contains(input))) {
      return;
    }
    var all = layouts();
    throw Check.refusal(
        option,
        value,
        "none without --as %s",
        all.names().stream()
            .filter(name -> all.named(name).takes().contains(input))
            .collect(Collectors.joining(" or ")));
  }

  private int convert(PublishedLayout as) throws IOException {
    Check.that(as.takes().contains(Input.FILES) || inputs.size() == 1, "files", inputs, "one");
    Optional<Parameterization> predicted = Optional.ofNullable(predicts);
    if (predicted.isEmpty() && as.takes().contains(Input.PREDICTION)) {
      predicted = SingleFile.predicted(inputs.get(0));
    }
    as.converter()
        .accept(
            new Conversion(
                inputs,
                Optional.ofNullable(tokenizer),
                Optional.ofNullable(settings),
                predicted,
                output.path(),
                Optional.ofNullable(format).map(own -> own.dtype)));
    console.print(output.path());
    return 0;
  }

  private int convertTensors() throws IOException {
    var opened = new ArrayList<Checkpoint>();
    try {
      var writer = new SafetensorsWriter();
      long parameters = 0;
      long bytes = 0;
      for (Path input : inputs) {
        var checkpoint = Checkpoint.open(input);
        opened.add(checkpoint);
        if (checkpoint.metadata().getOrDefault("torch.candidates", "").contains(",")) {
          console.say(
              "%s: tensors of %s (there are also those of %s)"
                  .formatted(
                      input,
                      checkpoint.metadata().get("torch.from"),
                      checkpoint.metadata().get("torch.candidates")));
        }
        for (String name : checkpoint.names()) {
          writer.copy(checkpoint, name, Optional.ofNullable(format).map(own -> own.dtype));
          long size = checkpoint.info(name).size();
          parameters += size;
          bytes += size * stored(checkpoint.info(name).dtype()).bytes();
        }
      }
      Files.createDirectories(output.path());
      writer.writeSharded(output.path(), Checkpoint.TRANSFORMERS, PublishedLayout.MAX_SHARD_BYTES);
      Path single = output.path().resolve(Checkpoint.TRANSFORMERS + ".safetensors");
      Path file =
          Files.exists(single)
              ? single
              : output.path().resolve(Checkpoint.TRANSFORMERS + ".safetensors.index.json");
      console.print(
          String.format(Locale.ROOT, "%s: %,d parameters, %,d bytes", file, parameters, bytes));
      return 0;
    } finally {
      opened.forEach(Checkpoint::close);
    }
  }

  private DType stored(DType own) {
    return format == null || !own.isFloat() ? own : format.dtype;
  }
}
