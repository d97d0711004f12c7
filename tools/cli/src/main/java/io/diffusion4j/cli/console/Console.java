package io.diffusion4j.cli.console;

import com.google.errorprone.annotations.FormatMethod;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The output of a command: results on one stream, progress on the other. */
@Command // or picocli takes it for no mixin
public final class Console {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  private boolean isOutputLeft;

  /** Returns the standard output of the command. */
  public PrintWriter out() {
    return command.commandLine().getOut();
  }

  /** Returns the error stream of the command. */
  public PrintWriter err() {
    return command.commandLine().getErr();
  }

  /** Reserves the standard output for a file; lines go to the error stream. */
  public void leaveOutput() {
    isOutputLeft = true;
  }

  /** Prints a line of the result. */
  public void print(Object line) {
    PrintWriter to = isOutputLeft ? err() : out();
    to.println(line);
    to.flush();
  }

  /** Prints a line of the result, in the format of {@link String#format}. */
  @FormatMethod
  public void printf(String format, Object... values) {
    print(String.format(format, values));
  }

  /** Prints a line about the progress. */
  public void say(String line) {
    err().println(line);
    err().flush();
  }

  /** Returns progress bars on the error stream. */
  public ProgressBars bars() {
    return ProgressBars.of(err());
  }

  /** Returns the error of a command that only has subcommands. */
  public ParameterException noCommand() {
    List<String> known = List.copyOf(command.subcommands().keySet());
    return new ParameterException(
        command.commandLine(), "command: none (expected: one of " + String.join(", ", known) + ")");
  }
}
