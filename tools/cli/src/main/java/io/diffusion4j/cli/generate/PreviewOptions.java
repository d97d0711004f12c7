package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.InlineImages;
import io.diffusion4j.diffusion.argument.Check;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that show images in the terminal. */
final class PreviewOptions {
  @Option(
      names = "--preview",
      description =
          "Also show the images in the terminal, if it has the protocol of Kitty, of iTerm2, or"
              + " Sixel.")
  private boolean asked;

  @Option(
      names = "--preview-protocol",
      paramLabel = "NAME",
      description =
          "The protocol of --preview: ${COMPLETION-CANDIDATES}. Default: that of the terminal, by"
              + " the variables that it sets")
  private @Nullable InlineImages protocol;

  /** Checks before any work is done that images can be shown. */
  void check(Map<String, String> environment) {
    if (protocol != null) {
      Check.that(asked, "preview-protocol", protocol.word(), "none without --preview");
    }
    Check.that(
        !asked || protocol(environment).isPresent(),
        "preview",
        "TERM=" + environment.getOrDefault("TERM", ""),
        "a terminal with images, outside of tmux and screen; or --preview-protocol");
  }

  private Optional<InlineImages> protocol(Map<String, String> environment) {
    return protocol == null ? InlineImages.of(environment) : Optional.of(protocol);
  }

  /** Shows an image, if the option is set. */
  void show(Console console, byte[] file) {
    if (asked) {
      protocol(System.getenv()).ifPresent(found -> console.print(found.show(file)));
    }
  }
}
