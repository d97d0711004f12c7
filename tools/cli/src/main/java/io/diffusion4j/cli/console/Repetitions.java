package io.diffusion4j.cli.console;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ParseResult.GroupMatch;

/**
 * Refuses an option of a group that is given twice, as picocli refuses one outside of groups. In a
 * group with an object, the second one would begin a new object: all options before would be lost
 * without a word. In a group without one, the second value counts.
 */
public final class Repetitions {
  private Repetitions() {}

  /**
   * Checks a command line.
   *
   * @throws OverwrittenOptionException if an option of such a group has a single value and is
   *     repeated
   */
  public static void refuse(ParseResult line) {
    for (CommandLine command : line.asCommandLineList()) {
      refuse(command, command.getParseResult().getGroupMatches(), new HashSet<>());
    }
  }

  private static void refuse(CommandLine command, List<GroupMatch> matches, Set<OptionSpec> given) {
    for (GroupMatch match : matches) {
      for (OptionSpec option : optionsOfObject(match)) {
        if (!given.add(option)) {
          throw new OverwrittenOptionException(
              command, option, option.longestName() + ": given twice (expected: once)");
        }
      }
      match.matchedSubgroups().values().forEach(in -> refuse(command, in.matches(), given));
    }
  }

  /**
   * Returns the given options of a group that has an object, which is replaced when it begins anew.
   */
  private static List<OptionSpec> optionsOfObject(GroupMatch match) {
    ArgGroupSpec group = match.group(); // null for the command itself
    return group == null || group.typeInfo() == null
        ? List.of()
        : group.options().stream().filter(o -> !match.matchedValues(o).isEmpty()).toList();
  }
}
