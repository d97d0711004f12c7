package io.diffusion4j.cli.weights;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorInfo;
import io.diffusion4j.cli.console.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j convert}: the tensors of any files we open, as safetensors. */
@Command(
    name = "convert",
    description = "Write the tensors of torch files or safetensors as model.safetensors.",
    footer = {
      "",
      "Torch files are read as data: nothing in them is run. Their tensors are those of the object"
          + " that was saved, or of state_dict, model, model_state_dict, params_ema, ema or module"
          + " in it.",
      "",
      "Example:",
      "  diffusion4j convert base.pt --output glide/base",
      "  diffusion4j convert part-1.bin part-2.bin --dtype bf16 --output model"
    })
public final class ConvertCommand implements Callable<Integer> {
  /** Types that floating-point tensors may get. */
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
      description = "Files, indices of shards, or folders of them; their tensors go together.")
  private List<Path> inputs = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "The folder to write model.safetensors to.")
  private Path output = Path.of("");

  @Option(
      names = "--dtype",
      paramLabel = "FORMAT",
      description =
          "How floating-point tensors are stored: ${COMPLETION-CANDIDATES}. Default: as they are")
  private @Nullable Format format;

  @Override
  public Integer call() throws IOException {
    var opened = new ArrayList<Checkpoint>();
    try {
      var writer = new SafetensorsWriter();
      long parameters = 0;
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
          add(writer, checkpoint, name);
          parameters += checkpoint.info(name).size();
        }
      }
      Files.createDirectories(output);
      Path file = output.resolve(Checkpoint.TRANSFORMERS + ".safetensors");
      writer.write(file);
      console.print(
          String.format(
              Locale.ROOT, "%s: %,d parameters, %,d bytes", file, parameters, Files.size(file)));
      return 0;
    } finally {
      opened.forEach(Checkpoint::close);
    }
  }

  private void add(SafetensorsWriter writer, Checkpoint from, String name) {
    TensorInfo info = from.info(name);
    if (format == null || !info.dtype().isFloat() || info.dtype() == format.dtype) {
      writer.copy(from, name);
    } else {
      writer.floats(name, format.dtype, info.shape(), () -> from.readFloats(name));
    }
  }
}
