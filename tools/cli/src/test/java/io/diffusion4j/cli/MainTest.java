package io.diffusion4j.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class MainTest {
  private static final CommandLine ALL = Main.commandLine();

  static Stream<String> names() {
    return ALL.getSubcommands().keySet().stream()
        .filter(name -> !Set.of("help", "generate-completion").contains(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void aCommandIsTheSameWithoutTheOthers(String name) {
    var own = Main.commandLine(name).getSubcommands();
    assertThat(own.keySet()).containsExactly(name);
    assertThat(usage(requireNonNull(own.get(name))))
        .isEqualTo(usage(requireNonNull(ALL.getSubcommands().get(name))));
  }

  /** Returns the help of a command and those below it, which names all that they inherit. */
  private static String usage(CommandLine command) {
    var below = command.getSubcommands().values().stream().map(MainTest::usage).toList();
    return command.getUsageMessage() + below;
  }

  @ParameterizedTest
  @ValueSource(strings = {"help", "generate-completion", "--help", "generat", "--verbose"})
  void whatNamesNoCommandSeesAll(String first) {
    assertThat(Main.commandLine(first).getSubcommands().keySet())
        .isEqualTo(ALL.getSubcommands().keySet());
  }

  @Test
  void noArgumentsSeeAll() {
    assertThat(Main.commandLine(new String[0]).getSubcommands().keySet())
        .isEqualTo(ALL.getSubcommands().keySet());
  }
}
