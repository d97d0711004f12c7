package io.diffusion4j.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.Main;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.OptionSpec;

final class HelpSectionsTest {
  /** A name that no command has any more would hide its option from the help. */
  @Test
  void commonOptionsAreOptions() {
    Set<String> known =
        Main.commandLine().getSubcommands().values().stream()
            .flatMap(command -> command.getCommandSpec().options().stream())
            .map(OptionSpec::longestName)
            .collect(Collectors.toSet());
    assertThat(known).containsAll(HelpSections.COMMON);
  }
}
