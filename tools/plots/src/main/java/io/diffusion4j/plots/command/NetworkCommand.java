package io.diffusion4j.plots.command;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderNetwork;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.UnetLevel;
import io.diffusion4j.plots.LevelDiagram;
import io.diffusion4j.plots.LevelDiagram.Box;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j plot network}: the levels of a U-Net. */
@Command(
    name = "network",
    description = "Draw a diagram of the levels of a model's decoder or upsampler.",
    footer = {
      "",
      "Only settings are read, no weights. Levels with attention have a different "
          + "colour, and dashed lines are skip connections.",
      "",
      "Example:",
      "  diffusion4j plot network emoji/model --output unet.svg"
    })
final class NetworkCommand implements Callable<Integer> {
  /** The networks that can be drawn, by the names of their folders. */
  private enum Drawable {
    decoder,
    super_res_first
  }

  @Mixin private Console console = new Console();

  @Parameters(
      paramLabel = "DIR",
      description = "A model folder, or ORG/NAME of a downloaded model.")
  private Path folder = Path.of("");

  @Option(
      names = "--part",
      paramLabel = "NAME",
      defaultValue = "decoder",
      description = "The network: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Drawable part = Drawable.decoder;

  @Mixin private PictureOptions picture = new PictureOptions();

  @Override
  public Integer call() {
    var file = picture.requireFile();
    Path of = PublishedModel.folder(folder).resolve(part.name());
    Check.that(Files.isDirectory(of), "model", folder, "a folder with %s", part);
    Network network = Network.of(definition(of));
    List<UnetLevel> levels = UnetLevel.of(network);
    Check.that(!levels.isEmpty(), "part", part, "a network with feature maps");
    long parameters =
        network.parameters().values().stream()
            .mapToLong(parameter -> Arrays.stream(parameter.shape()).reduce(1, Math::multiplyExact))
            .sum();
    String title =
        String.format(Locale.ROOT, "%s: %.1f million parameters", part, parameters / 1e6);
    long top = levels.stream().mapToLong(UnetLevel::height).max().orElseThrow();
    file.write(new LevelDiagram(title, levels.stream().map(level -> box(level, top)).toList()));
    console.print(file.path());
    return 0;
  }

  private NetworkDefinition definition(Path of) {
    return part == Drawable.decoder
        ? new DecoderNetwork(DecoderFolders.readBackbone(of), 1)
        : upsampler(of);
  }

  private static NetworkDefinition upsampler(Path of) {
    return UpsamplerModel.network(DecoderFolders.readUpsampler(of));
  }

  private static String counted(int count, String what) {
    return count == 0 ? "" : count + " " + what + (count == 1 ? "" : "s");
  }

  private static Box box(UnetLevel level, long top) {
    int depth = (int) Math.round(Math.log((double) top / level.height()) / Math.log(2));
    return new Box(
        List.of(
            "%d×%d, %d".formatted(level.width(), level.height(), level.channels()),
            counted(level.convolutions(), "convolution"),
            counted(level.attentions(), "attention")),
        depth,
        level.attentions() > 0,
        level.skips());
  }
}
