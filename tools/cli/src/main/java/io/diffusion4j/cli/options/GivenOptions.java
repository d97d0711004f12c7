package io.diffusion4j.cli.options;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Collection;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** Options that have no effect beside, or without, others. */
public final class GivenOptions {
  private GivenOptions() {}

  /**
   * Returns normally if a command line has none of these options.
   *
   * @param command a command whose arguments were parsed
   * @param names of options, such as {@code --key}
   * @param expected what is said to be expected, such as "none without --data"
   * @throws IllegalArgumentException with the name and the values of one that it has
   */
  public static void refuse(CommandSpec command, Collection<String> names, String expected) {
    var line = command.commandLine().getParseResult();
    for (String name : names) {
      if (line.hasMatchedOption(name)) {
        var option = line.matchedOption(name);
        String value =
            option.arity().max() == 0 ? "given" : String.join(", ", option.originalStringValues());
        throw Check.refusal(name.substring(2), value, expected);
      }
    }
  }

  /**
   * Returns normally if a command line has no option of a mixin but the allowed ones.
   *
   * @throws IllegalArgumentException as {@link #refuse}
   */
  public static void refuseBeside(
      Set<String> allowed, CommandSpec mixin, CommandSpec command, String expected) {
    refuse(
        command,
        mixin.options().stream()
            .map(option -> option.longestName())
            .filter(name -> !allowed.contains(name))
            .toList(),
        expected);
  }
}
