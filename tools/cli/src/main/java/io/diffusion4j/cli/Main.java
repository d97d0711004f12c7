package io.diffusion4j.cli;

import io.diffusion4j.cli.clip.ClassifyCommand;
import io.diffusion4j.cli.clip.EmbedCommand;
import io.diffusion4j.cli.clip.SearchCommand;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.HelpSections;
import io.diffusion4j.cli.console.Repetitions;
import io.diffusion4j.cli.console.Version;
import io.diffusion4j.cli.evaluate.EvaluateCommand;
import io.diffusion4j.cli.evaluate.LikelihoodCommand;
import io.diffusion4j.cli.evaluate.MeasureCommand;
import io.diffusion4j.cli.evaluate.NllCommand;
import io.diffusion4j.cli.extension.Commands;
import io.diffusion4j.cli.generate.BlendCommand;
import io.diffusion4j.cli.generate.ConformCommand;
import io.diffusion4j.cli.generate.DiffCommand;
import io.diffusion4j.cli.generate.GenerateCommand;
import io.diffusion4j.cli.generate.ImageToImageCommand;
import io.diffusion4j.cli.generate.InpaintCommand;
import io.diffusion4j.cli.generate.MixCommand;
import io.diffusion4j.cli.generate.RemovedCommands;
import io.diffusion4j.cli.generate.ReplayCommand;
import io.diffusion4j.cli.generate.UpscaleCommand;
import io.diffusion4j.cli.generate.VaryCommand;
import io.diffusion4j.cli.inspect.DataCommand;
import io.diffusion4j.cli.inspect.DoctorCommand;
import io.diffusion4j.cli.inspect.InspectCommand;
import io.diffusion4j.cli.provenance.KeygenCommand;
import io.diffusion4j.cli.provenance.SignCommand;
import io.diffusion4j.cli.provenance.VerifyCommand;
import io.diffusion4j.cli.provenance.WatermarkCommand;
import io.diffusion4j.cli.serve.HealthCommand;
import io.diffusion4j.cli.serve.McpCommand;
import io.diffusion4j.cli.serve.ServeCommand;
import io.diffusion4j.cli.serve.TokenCommand;
import io.diffusion4j.cli.train.ConvertCommand;
import io.diffusion4j.cli.train.DistillCommand;
import io.diffusion4j.cli.train.ExportCommand;
import io.diffusion4j.cli.train.InitCommand;
import io.diffusion4j.cli.train.PullCommand;
import io.diffusion4j.cli.train.TrainCommand;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import io.diffusion4j.nn.engine.Engines;
import java.security.CodeSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * {@code diffusion4j}: makes images from text, serves models, trains and measures them, and shows
 * how they sample.
 */
@Command(
    name = "diffusion4j",
    description = "The DALL-E 2 system (unCLIP) for the JVM.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    usageHelpAutoWidth = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:failed",
      "2:bad input",
      "75:a process of a distributed training run was lost; run the same command to resume"
    })
public final class Main implements Runnable {
  /** The commands, in the order of the help. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          GenerateCommand.class,
          VaryCommand.class,
          ImageToImageCommand.class,
          InpaintCommand.class,
          BlendCommand.class,
          DiffCommand.class,
          UpscaleCommand.class,
          ReplayCommand.class,
          VerifyCommand.class,
          ConformCommand.class,
          SignCommand.class,
          KeygenCommand.class,
          WatermarkCommand.class,
          ServeCommand.class,
          McpCommand.class,
          TokenCommand.class,
          HealthCommand.class,
          DataCommand.class,
          TrainCommand.class,
          DistillCommand.class,
          EvaluateCommand.class,
          NllCommand.class,
          LikelihoodCommand.class,
          DoctorCommand.class,
          MeasureCommand.class,
          InspectCommand.class,
          MixCommand.class,
          InitCommand.class,
          PullCommand.class,
          ConvertCommand.class,
          ExportCommand.class,
          EmbedCommand.class,
          ClassifyCommand.class,
          SearchCommand.class,
          RemovedCommands.Edit.class,
          RemovedCommands.Glide.class);

  /** Commands that list the others. */
  private static final List<Class<?>> OVERVIEWS =
      List.of(GenerateCompletion.class, HelpCommand.class);

  /** Options that no command has any more, and what to do instead. */
  private static final Map<String, String> REMOVED =
      Map.of(
          "--preview", "--output FILE, and a viewer of pictures",
          "--preview-protocol", "--output FILE, and a viewer of pictures");

  private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

  private static final Logger LOG = Logger.getLogger(Main.class.getName());

  /** A strong reference: an unreferenced logger is garbage-collected, and its level is lost. */
  private static final Logger ROOT_LOGGER = Logger.getLogger("");

  @Spec private CommandSpec spec = CommandSpec.create();

  private boolean verbose;

  @Option(
      names = HelpSections.ALL,
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show all options and commands.")
  @SuppressWarnings("UnusedVariable") // the help reads the value of the option
  private boolean helpAll;

  private Main() {}

  /** Runs the command that the arguments name, and exits with its status. */
  public static void main(String[] args) {
    System.getProperties().putIfAbsent(LOG_FORMAT, "%4$s: %5$s%6$s%n"); // one line a warning
    ROOT_LOGGER.setLevel(Level.WARNING);
    System.exit(commandLine(args).execute(args));
  }

  /** Returns all commands, which write to the standard streams by default. */
  public static CommandLine commandLine() {
    return commandLine(
        Stream.of(COMMANDS.stream(), found(), OVERVIEWS.stream()).flatMap(one -> one).toList());
  }

  /** Returns the commands of the modules that are on the class path. */
  private static Stream<Class<?>> found() {
    return ServiceProviders.of(Commands.class).stream().flatMap(one -> one.classes().stream());
  }

  /**
   * Returns the command that the first argument names, or all commands if it names none: reading
   * the options of all takes a tenth of the time to the first picture.
   */
  static CommandLine commandLine(String... arguments) {
    String name = arguments.length == 0 ? "" : arguments[0];
    return Stream.<Supplier<Stream<Class<?>>>>of(COMMANDS::stream, Main::found)
        .flatMap(Supplier::get) // the second only if the first has no such command
        .filter(command -> command.getAnnotation(Command.class).name().equals(name))
        .findFirst()
        .map(command -> commandLine(List.of(command)))
        .orElseGet(Main::commandLine);
  }

  private static CommandLine commandLine(List<Class<?>> commands) {
    Main main = new Main();
    CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF); // it warns of two options for help
    var commandLine = new CommandLine(main);
    commands.forEach(command -> add(commandLine, command));
    HelpSections.addTo(commandLine);
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(Main::run)
        .setExecutionExceptionHandler(new FailureHandler(() -> main.verbose))
        .setParameterExceptionHandler(Main::badUsage);
  }

  /** Adds a command, unless its module or a library of it is missing. */
  private static void add(CommandLine commandLine, Class<?> command) {
    try {
      commandLine.addSubcommand(new CommandLine(command));
    } catch (LinkageError e) {
      CodeSource source = command.getProtectionDomain().getCodeSource();
      String from = source == null ? "" : " of " + source.getLocation();
      LOG.log(Level.WARNING, "left out " + command.getSimpleName() + from + ": " + e);
    }
  }

  private static int badUsage(ParameterException e, String[] arguments) {
    if (e instanceof UnmatchedArgumentException unknown) {
      for (String argument : unknown.getUnmatched()) {
        String name = argument.replaceAll("=.*", "");
        if (REMOVED.containsKey(name)) {
          String text = name + ": no longer an option (expected: " + REMOVED.get(name) + ")";
          return FailureHandler.badUsage(
              new ParameterException(e.getCommandLine(), text, e), arguments);
        }
      }
    }
    return FailureHandler.badUsage(e, arguments);
  }

  private static int run(ParseResult line) {
    Repetitions.refuse(line);
    return new RunLast().execute(line);
  }

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Print more details, and the stack traces of errors.")
  void setVerbose(boolean on) {
    verbose = on;
    if (on) {
      ROOT_LOGGER.setLevel(Level.INFO);
    }
  }

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description =
          "The engine that runs and trains networks: auto, tensorflow, onednn, ort, "
              + "ort:cuda, ort:coreml or ort:directml. auto selects the fastest on this "
              + "machine. onednn supports most networks. The ort engines run on ONNX Runtime "
              + "and require diffusion-ort. Default: auto")
  void setEngine(String name) {
    try {
      Engines.prefer(name);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** Reached only without a command. */
  @Override
  public void run() {
    String commands =
        spec.subcommands().values().stream()
            .map(CommandLine::getCommandSpec)
            .filter(command -> !command.usageMessage().hidden())
            .map(CommandSpec::name)
            .collect(Collectors.joining(", "));
    throw new ParameterException(
        spec.commandLine(), "command: none (expected: one of " + commands + ")");
  }
}
