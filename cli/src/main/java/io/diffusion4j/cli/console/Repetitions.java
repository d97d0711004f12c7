package io.diffusion4j.cli.console;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ParseResult.GroupMatch;

/**
 * Refuses an option of a group that is given twice, as picocli refuses one outside of groups. In a
 * group, the second one would begin the group anew: all its options before would be lost without a
 * word.
 */
public final class Repetitions {
  private Repetitions() {}

  /**
   * Checks a command line.
   *
   * @throws OverwrittenOptionException if an option of a group is repeated and has a single value
   */
  public static void refuse(ParseResult line) {
    for (CommandLine command : line.asCommandLineList()) {
      refuse(command, command.getParseResult().getGroupMatches(), new HashSet<>());
    }
  }

  private static void refuse(CommandLine command, List<GroupMatch> matches, Set<OptionSpec> given) {
    for (GroupMatch match : matches) {
      match
          .matchedSubgroups()
          .forEach(
              (group, container) -> {
                for (GroupMatch inGroup : container.matches()) {
                  for (OptionSpec option : group.options()) {
                    if (!inGroup.matchedValues(option).isEmpty() && !given.add(option)) {
                      throw new OverwrittenOptionException(
                          command, option, option.longestName() + ": given twice (expected: once)");
                    }
                  }
                }
                refuse(command, container.matches(), given);
              });
    }
  }
}
