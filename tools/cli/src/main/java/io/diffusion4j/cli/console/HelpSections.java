package io.diffusion4j.cli.console;

import io.diffusion4j.distributed.LocalCluster;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The help on one screen: commands in groups, and the options that most need. {@code --help-all}
 * shows all of both.
 */
public final class HelpSections {
  /** The option that shows everything. */
  public static final String ALL = "--help-all";

  /** A command with fewer options shows them all. */
  private static final int MANY = 24;

  /** The options that a command with many shows. */
  static final Set<String> COMMON =
      Set.of(
          "--output",
          "--seed",
          "--count",
          "--sheet",
          "--negative",
          "--size",
          "--steps",
          "--cfg",
          "--sampler",
          "--precision",
          "--model",
          "--server",
          "--lora",
          "--strength",
          "--mask",
          "--similarity",
          "--from",
          "--to",
          "--frames",
          "--ratio",
          "--port",
          "--host",
          "--config",
          "--set",
          "--token-file",
          "--data",
          "--preset",
          "--state",
          "--images",
          "--replay",
          "--key",
          "--json",
          "--help",
          ALL);

  /** The groups of commands; others are shown on request. */
  private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put(
        "Draw",
        List.of(
            "generate", "vary", "img2img", "inpaint", "blend", "diff", "mix", "upscale", "replay"));
    GROUPS.put("Serve", List.of("serve", "mcp", "token", "health"));
    GROUPS.put("Find", List.of("embed", "classify", "search"));
    GROUPS.put("Prove", List.of("verify", "conform", "sign", "keygen"));
    GROUPS.put("Train", List.of("train", "distill", "data", "evaluate"));
    GROUPS.put("Models", List.of("pull", "inspect", "doctor", "convert", "export"));
    GROUPS.put("Learn", List.of("toy", "plot", "bench"));
  }

  private HelpSections() {}

  /** Gives a command, and those that it has, this help. */
  public static void addTo(CommandLine command) {
    Map<String, IHelpSectionRenderer> sections = new LinkedHashMap<>(command.getHelpSectionMap());
    sections.put(UsageMessageSpec.SECTION_KEY_SYNOPSIS, HelpSections::synopsis);
    sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpSections::options);
    sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
    sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, HelpSections::commands);
    sections.put(UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST_HEADING, help -> "");
    sections.put(UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST, HelpSections::exitCodes);
    sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, HelpSections::footer);
    command.setHelpSectionMap(sections);
  }

  private static boolean all(CommandSpec command) {
    OptionSpec option = command.findOption(ALL);
    return option != null && Boolean.TRUE.equals(option.getValue());
  }

  private static boolean isBrief(Help help) {
    return !all(help.commandSpec()) && help.commandSpec().options().size() >= MANY;
  }

  private static String synopsis(Help help) {
    return isBrief(help) ? help.abbreviatedSynopsis() : help.synopsis(help.synopsisHeadingLength());
  }

  private static String options(Help help) {
    if (!isBrief(help)) {
      return help.optionList();
    }
    List<OptionSpec> shown =
        help.commandSpec().options().stream()
            .filter(option -> COMMON.contains(option.longestName()))
            .toList();
    Help.Layout layout = help.createDefaultLayout(shown, List.of(), help.colorScheme());
    layout.addOptions(shown, help.parameterLabelRenderer());
    return layout.toString();
  }

  private static String commands(Help help) {
    Map<String, Help> rest = new LinkedHashMap<>(help.subcommands());
    if (rest.isEmpty()) {
      return "";
    }
    if (help.commandSpec().parent() != null) {
      return "%nCommands:%n".formatted() + help.commandList(rest);
    }
    StringBuilder text = new StringBuilder();
    GROUPS.forEach((group, names) -> text.append(group(help, group, taken(rest, names))));
    if (all(help.commandSpec())) {
      text.append(group(help, "More", rest));
    }
    return text.toString();
  }

  private static Map<String, Help> taken(Map<String, Help> commands, List<String> names) {
    Map<String, Help> taken = new LinkedHashMap<>();
    for (String name : names) {
      Help command = commands.remove(name);
      if (command != null) {
        taken.put(name, command);
      }
    }
    return taken;
  }

  private static String group(Help help, String name, Map<String, Help> commands) {
    return commands.isEmpty() ? "" : "%n%s:%n".formatted(name) + help.commandList(commands);
  }

  private static String exitCodes(Help help) {
    CommandSpec command = help.commandSpec();
    if (!all(command) && !command.name().equals("train")) {
      return "";
    }
    Map<String, String> codes = new LinkedHashMap<>(command.usageMessage().exitCodeList());
    if (command.parent() != null && command.findOption("--processes") == null) {
      codes.remove(String.valueOf(LocalCluster.PEER_LOST));
    }
    return help.createHeading("%nExit status:%n") + help.createTextTable(codes);
  }

  private static String footer(Help help) {
    CommandSpec command = help.commandSpec();
    boolean more = isBrief(help) || (command.parent() == null && !all(command));
    String all = more ? "%nAll: %s %s%n".formatted(command.qualifiedName(), ALL) : "";
    return help.footer() + all;
  }
}
