package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The options for prompts, the number of images and their files. */
final class PromptOptions {
  /** Words that are no prompts by themselves, which indicate missing quotes. */
  private static final Set<String> FUNCTION_WORDS =
      Set.of("a", "an", "the", "of", "on", "in", "with", "and", "above", "below", "beside");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Parameters(
      paramLabel = "PROMPT",
      arity = "0..*",
      description =
          "A prompt, in quotes. Several prompts are drawn as one batch, and their "
              + "images are numbered. Omit it for an unconditional model.")
  List<String> prompts = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      defaultValue = "image.png",
      description =
          "The PNG file to write; - for standard output; or an existing folder, whose "
              + "files are then named by prompt and seed. Default: ${DEFAULT-VALUE}")
  private Path output = Path.of("");

  @Mixin DrawOptions draws = new DrawOptions();

  /**
   * Returns the files if all prompts are drawn this many times.
   *
   * @param seeded whether a seed reproduces the images, and is part of names
   */
  PngFiles files(int times, boolean seeded) {
    if (!Files.isDirectory(output)) {
      return draws.files(output, times * Math.max(1, prompts.size()));
    }
    List<String> inputs = prompts.isEmpty() ? List.of("") : prompts;
    return PngFiles.named(
        output,
        Collections.nCopies(times, inputs).stream().flatMap(List::stream).toList(),
        seeded ? Optional.of(draws.seedOrNew()) : Optional.empty(),
        draws.count,
        Optional.ofNullable(draws.sheet));
  }

  /** Checks everything that needs no model. */
  void check() {
    for (String prompt : prompts) {
      Check.that(!prompt.isBlank(), "prompt", "\"" + prompt + "\"", "some words");
    }
    Check.that(
        prompts.size() == 1 || prompts.stream().noneMatch(FUNCTION_WORDS::contains),
        "prompt",
        String.join(" ", prompts),
        "\"%s\", in quotes; several prompts are several images",
        String.join(" ", prompts));
    draws.check();
  }

  /** Checks that there is a prompt, for models that need a prompt. */
  void requireSome() {
    if (prompts.isEmpty()) {
      throw new ParameterException(command.commandLine(), "Missing required parameter: 'PROMPT'");
    }
  }
}
