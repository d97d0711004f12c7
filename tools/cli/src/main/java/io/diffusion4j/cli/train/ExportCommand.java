package io.diffusion4j.cli.train;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.onnx.OnnxExport;
import io.diffusion4j.onnx.OnnxModel;
import io.diffusion4j.onnx.OnnxPrecision;
import io.diffusion4j.pipeline.FrontMatter;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.OpenPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j export}: writes the networks of a model for other runtimes. */
@Command(
    name = "export",
    description = "Export the networks of a model as ONNX files, for other runtimes.",
    footer = {
      "",
      "Each network is written to a file named after its component. The batch size "
          + "is dynamic, and so is the image size unless the network has a fixed one.",
      "",
      "Example:",
      "  diffusion4j export --onnx exported",
      "  diffusion4j export --model ORG/NAME --onnx exported --precision f16 --part decoder"
    })
public final class ExportCommand implements Callable<Integer> {
  /** The number formats by their names on the command line. */
  enum Format {
    f32(OnnxPrecision.FLOAT32),
    f16(OnnxPrecision.FLOAT16),
    bf16(OnnxPrecision.BFLOAT16);

    final OnnxPrecision precision;

    Format(OnnxPrecision precision) {
      this.precision = precision;
    }
  }

  @Mixin private Console console = new Console();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      defaultValue = ModelOptions.SHIPPED,
      description = ModelOptions.FOLDER)
  private Path model = Path.of("");

  @Option(
      names = "--onnx",
      paramLabel = "DIR",
      required = true,
      description = "The folder for the ONNX files; existing files of the same names are replaced.")
  private Path output = Path.of("");

  @Option(
      names = "--precision",
      paramLabel = "FORMAT",
      defaultValue = "f32",
      description =
          "The number format of weights and activations: ${COMPLETION-CANDIDATES}. "
              + "Inputs and outputs are always float32. Default: ${DEFAULT-VALUE}")
  private Format format = Format.f32;

  @Option(
      names = "--part",
      paramLabel = "NAME",
      description = "Export only this network; may be repeated. Default: all networks")
  private List<String> parts = List.of();

  @Option(
      names = "--external-data-above",
      paramLabel = "BYTES",
      description =
          "If a network has more bytes of weights than this, write them to a second "
              + "file next to the model. Default: 2 GB, the limit of the ONNX format")
  private long externalAbove = OnnxModel.MAX_BYTES;

  @Override
  public Integer call() throws IOException {
    Check.that(
        externalAbove >= 0 && externalAbove <= OnnxModel.MAX_BYTES,
        "external-data-above",
        externalAbove,
        "from 0 to %s",
        OnnxModel.MAX_BYTES);
    Path folder = PublishedModel.folder(model);
    ModelFamily family = OpenPipeline.family(folder);
    List<StoredNetwork> networks = chosen(family.networks(folder));
    Files.createDirectories(output);
    var metadata = metadata(family, folder);
    for (StoredNetwork network : networks) {
      for (Path file :
          OnnxExport.write(network, output, format.precision, externalAbove, metadata)) {
        console.print(file + ": " + PublishedModel.size(Files.size(file)));
      }
    }
    return 0;
  }

  private List<StoredNetwork> chosen(List<StoredNetwork> all) {
    Set<String> names =
        all.stream().map(StoredNetwork::name).collect(Collectors.toCollection(LinkedHashSet::new));
    for (String part : parts) {
      Check.that(names.contains(part), "part", part, "one of %s", String.join(", ", names));
    }
    return all.stream()
        .filter(network -> parts.isEmpty() || parts.contains(network.name()))
        .toList();
  }

  private static Map<String, String> metadata(ModelFamily family, Path folder) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("family", family.name());
    metadata.put("license", FrontMatter.license(folder));
    return metadata;
  }
}
