package io.diffusion4j.cli;

import io.diffusion4j.cli.console.HelpSections;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code help}: what {@code --help} shows of a command, and with {@code --all} all of it. */
@Command(name = "help", helpCommand = true, description = "Show the help of a command.")
final class HelpCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "COMMAND",
      description = "The command to explain. Default: the list of all commands")
  private @Nullable String command;

  @Option(names = "--all", description = "Show all options and commands.")
  private boolean all;

  @Override
  public void run() {
    CommandLine program = spec.parent().commandLine();
    CommandLine shown = command == null ? program : program.getSubcommands().get(command);
    if (shown == null) {
      throw new ParameterException(
          spec.commandLine(), "command: " + command + " (expected: a command; see help --all)");
    }
    if (all) {
      shown.getCommandSpec().findOption(HelpSections.ALL).setValue(true);
    }
    shown.usage(program.getOut());
  }
}
