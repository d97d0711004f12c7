package io.diffusion4j.cli.train;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.StopOnSignal;
import io.diffusion4j.cli.options.GivenOptions;
import io.diffusion4j.cli.options.GpuOption;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.Shuffled;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.emoji.train.EmojiData;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.evaluation.judge.JudgePreset;
import io.diffusion4j.evaluation.judge.JudgeTraining;
import io.diffusion4j.nn.train.DivergedException;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.PartSetup;
import io.diffusion4j.training.PartTechniques;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.training.TrainableFamily;
import io.diffusion4j.training.TrainingPlugins;
import io.diffusion4j.unclip.training.FrozenClip;
import io.diffusion4j.unclip.training.UnclipTraining;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code diffusion4j train}: trains the parts of a model. A stopped training can be resumed. */
@Command(
    name = "train",
    subcommands = ConceptCommand.class,
    description =
        "Train a part of a model on emoji or on your own pictures, or resume its training.",
    footer = {
      "",
      "A run may be stopped at any time; the same command resumes it from the last "
          + "saved state. The state folder contains event files for TensorBoard.",
      "",
      "Example:",
      "  diffusion4j train all --preset tiny",
      "  diffusion4j generate \"a red apple\" --model training/tiny/model",
      "  diffusion4j train all --data pictures --preset my-sizes.yaml --model my-model"
    })
public final class TrainCommand implements Callable<Integer> {
  private static final String ALL = "all";

  /** The options that the training of a judge does not have. */
  private static final List<String> NOT_OF_JUDGES =
      List.of(
          "--minutes",
          "--start-from",
          "--clip",
          "--keep-best",
          "--early-stop",
          "--process",
          "--inpainting",
          "--plugin");

  @Mixin private Console console = new Console();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "PART",
      description =
          "The part to train; required without --again. unCLIP: clip, prior, prior-ar, decoder,"
              + " upsampler, upsampler-last, or all for these six in this order; also prior-direct."
              + " Latent diffusion: clip,latent-vae,latent. Pixel models, which read no captions:"
              + " ddpm, dae (denoising autoencoder). For --guidance: classifier, noised-clip. For"
              + " evaluate: judge.")
  private String part = "";

  @Option(
      names = "--preset",
      paramLabel = "NAME|FILE",
      defaultValue = "emoji",
      description =
          "The preset of network sizes and training schedules: tiny (about 2 minutes, "
              + "for a trial), small, medium (an evening), emoji (the shipped model, hours) "
              + "or emoji-2 (the next model, days). Or the name of your own YAML or JSON "
              + "file; its schema is docs/preset.schema.json. Default: ${DEFAULT-VALUE}; "
              + "with --minutes, tiny, small from 10 minutes on, or medium from 90")
  private String presetName = "";

  @Mixin private DataOptions pictures = new DataOptions();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "The folder for the model; later parts read the earlier ones from it. "
              + "Default: training/PRESET/model; with --data, training/DIR-PRESET/model")
  private @Nullable Path model;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "The folder for training states. Default: the folder state next to the "
              + "default of --model")
  private @Nullable Path state;

  @Option(
      names = "--start-from",
      paramLabel = "DIR",
      description =
          "A trained model whose weights initialize new runs: a folder, or ORG/NAME of "
              + "a downloaded model. Its network sizes replace the preset's, and its other "
              + "parts are copied if the new model lacks them.")
  private @Nullable Path startFrom;

  @Option(
      names = "--clip",
      paramLabel = "DIR",
      description =
          "A trained CLIP for the other parts, which is copied into the model: a "
              + "pipeline folder with an image encoder; a CLIP folder in transformers, "
              + "OpenAI or open_clip format; or ORG/NAME of a downloaded model. Not for the "
              + "part clip.")
  private @Nullable Path clip;

  @Option(
      names = "--minutes",
      paramLabel = "X",
      description =
          "The training time of all parts together, in minutes, at least 2. The speed "
              + "of each part is measured over a few steps, and the time is divided "
              + "accordingly.")
  private @Nullable Double minutes;

  @Option(
      names = "--plugin",
      paramLabel = "JAR",
      description =
          "A JAR file that adds losses, weightings, timestep densities, augmentations, "
              + "backbones (--technique), optimizers (--optimizer), schedules (--schedule) "
              + "or metrics; may be repeated. See docs/research.md.")
  private List<Path> jars = List.of();

  private TrainingPlugins plugins = TrainingPlugins.NONE;

  @Mixin private ScheduleOptions schedule = new ScheduleOptions();

  @Mixin private SampleOptions samples = new SampleOptions();

  @Option(
      names = RunFile.AGAIN,
      paramLabel = "FILE",
      description =
          "Repeat the run recorded in this file bit for bit; the file is run.yaml next "
              + "to a model's weights. Its options apply, unless the command line overrides "
              + "them. If data, weights or settings have changed, they are named and refused.")
  private @Nullable Path again;

  @Option(
      names = "--accept-changed",
      paramLabel = "NAME",
      split = ",",
      description =
          "Resume or repeat a run although these settings have changed, such as data; "
              + "the error message lists their names. The changes are recorded with the "
              + "weights.")
  private List<String> accepted = List.of();

  private Optional<RunFile> repeated = Optional.empty();

  /** Whether a repeated run has the lengths that it had, and not those of another time. */
  private boolean repeatsLengths;

  @Option(
      names = "--page",
      paramLabel = "PORT",
      description =
          "Serve the report page of the run, STATE/run.html, on this port of the "
              + "loopback interface; 0 selects a free port.")
  private @Nullable Integer pagePort;

  @Mixin private ClusterOptions processes = new ClusterOptions();

  @Mixin private GpuOption gpu = new GpuOption();

  @Option(
      names = "--technique",
      paramLabel = "NAME=VALUE",
      description =
          "A technique that differs from the shipped model's, for ablations; may be "
              + "repeated. Each part has some of these: prediction (x0, eps, v; velocity for "
              + "a flow), loss (square), weighting (simple, min-snr, min-snr-plus-one, "
              + "min-snr-plus-one-or-eps; for a flow also sigma-sqrt, cosmap), density "
              + "(uniform, logit-normal, mode), captions (varied, plain), scenes (default, "
              + "crowded, single), error (l1, l2), latents (sample, mean), classes (none, folder, "
              + "caption); standardized, relations, curriculum (on, off); the numbers "
              + "flow-shift, shift, low-noise, drop, text-drop, blur, contrast, noise, kl, "
              + "perceptual, buckets; and with a plugin backbone and augmentation.")
  private Map<String, String> techniques = Map.of();

  @Option(
      names = "--process",
      paramLabel = "NAME",
      description =
          "The noising process of the parts ddpm and decoder: ddpm, or flow for flow "
              + "matching, whose network predicts the velocity. Default: the process of the "
              + "--start-from model, or ddpm")
  private String process = "";

  @Option(
      names = "--inpainting",
      description =
          "Train the decoder for inpainting: its network also gets the known pixels of "
              + "a partly masked picture as input. With --start-from, a trained model is "
              + "fine-tuned for inpainting.")
  private boolean inpainting;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "100",
      description = "Save the state every N steps. Default: ${DEFAULT-VALUE}")
  private long checkpointEvery;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description =
          "The kind of prior, for the part prior: ${COMPLETION-CANDIDATES}. "
              + "autoregressive selects the part prior-ar. direct selects the part "
              + "prior-direct, a one-pass prior (ECLIPSE) of the same size, which generate "
              + "--prior eclipse uses. Default: diffusion")
  private @Nullable PriorKind kind;

  /** The kinds of priors by their names on the command line. */
  @SuppressWarnings("ImmutableEnumChecker") // a component is a value
  enum PriorKind {
    diffusion(UnclipTraining.PRIOR),
    autoregressive(UnclipTraining.PRIOR_AR),
    direct(UnclipTraining.PRIOR_DIRECT);

    private final TrainableComponent part;

    PriorKind(TrainableComponent part) {
      this.part = part;
    }
  }

  /** Trains with a configuration and a watcher. */
  private interface Training {
    /** Whether it is finished. */
    boolean train(TrainingConfig config, ModelTraining.Observer observer);
  }

  @Override
  public Integer call() {
    if (again != null) {
      Check.that(part.isEmpty(), "part", part, "none beside --again");
      return repeat(RunFile.read(again));
    }
    if (part.isEmpty()) {
      var missing = spec.positionalParameters().get(0);
      throw new MissingParameterException(
          spec.commandLine(), missing, "Missing required parameter: 'PART'");
    }
    gpu.check();
    if (kind != null) {
      Check.that(
          part.equals(UnclipTraining.PRIOR.word()), "kind", kind, "none for the part %s", part);
      part = kind.part.word();
    }
    boolean isLauncher = processes.isLauncher();
    if (part.equals(JudgeTraining.WORD)) {
      Check.that(!isLauncher, "processes", "several", "one for judge");
      return trainJudge();
    }
    if (isLauncher) {
      return processes.launch(console);
    }
    try (var added = Plugins.of(jars)) {
      plugins = new TrainingPlugins(added.additions());
      var group = processes.join(console);
      int status = trainParts(group);
      group.close(); // not after a failure, of which the others learn by the end of this process
      return status;
    }
  }

  /** Returns the accepted settings; with the data also their contents. */
  private Set<String> accepted() {
    Set<String> names = new HashSet<>(accepted);
    if (names.contains("data")) {
      names.add(Shuffled.CONTENTS);
    }
    return names;
  }

  /** Runs this command with the options of a run, which those beside it replace. */
  private int repeat(RunFile run) {
    var command = new TrainCommand();
    command.repeated = Optional.of(run);
    command.repeatsLengths = minutes == null;
    return command.call(spec, run.arguments(spec.commandLine().getParseResult()));
  }

  /**
   * Trains with these arguments.
   *
   * @param caller the command whose streams it writes to
   * @return the exit status
   */
  static int train(CommandSpec caller, List<String> arguments) {
    return new TrainCommand().call(caller, arguments);
  }

  private int call(CommandSpec caller, List<String> arguments) {
    var line = new CommandLine(this).setCaseInsensitiveEnumValuesAllowed(true);
    line.getCommandSpec().parent(caller.parent());
    line.setOut(caller.commandLine().getOut()).setErr(caller.commandLine().getErr());
    line.parseArgs(arguments.toArray(String[]::new));
    return call();
  }

  /** Returns the content of the preset's file; empty for a named preset. */
  private String presetText() {
    if (repeated.isPresent() || !EmojiPreset.isFile(presetName)) {
      return repeated.map(RunFile::preset).orElse("");
    }
    try {
      return Files.readString(Path.of(presetName));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the preset " + presetName + ": " + e, e);
    }
  }

  private int trainJudge() {
    Check.that(
        techniques.isEmpty(),
        "technique",
        String.join(", ", techniques.keySet()),
        "none for judge");
    Check.that(
        pictures.paths().isEmpty(), "data", String.join(", ", pictures.paths()), "none for judge");
    GivenOptions.refuse(spec, NOT_OF_JUDGES, "none for judge");
    JudgePreset preset = JudgePreset.named(presetName);
    Path stateFolder = stateFolder(preset.name());
    Path folder = model == null ? home(preset.name()).resolve(JudgeTraining.WORD) : model;
    TrainingConfig config = schedule.of(preset.training(), OptionalLong.empty(), plugins);
    requireCheckpoints();
    var training = new JudgeTraining(preset, folder, stateFolder);
    RunPage page = page(stateFolder, Map.of("model", folder.toString()));
    try (var stop = new StopOnSignal();
        var served = serve(page)) {
      console.say("page: " + served.address());
      return report(
          train(
              JudgeTraining.WORD,
              (c, observer) -> training.train(c, checkpointEvery, observer),
              config,
              stateFolder,
              stop,
              page,
              Group.alone()),
          folder);
    }
  }

  private Path home(String preset) {
    return Path.of(System.getProperty("diffusion4j.home", ""), "training", preset);
  }

  private Path stateFolder(String preset) {
    return state == null ? home(preset).resolve("state") : state;
  }

  private void requireCheckpoints() {
    Check.that(checkpointEvery >= 1, "checkpoint-every", checkpointEvery, "≥ 1");
  }

  /**
   * Returns the page of a run.
   *
   * @param facts the run's own, beside its options
   */
  private RunPage page(Path stateFolder, Map<String, String> facts) {
    Map<String, String> all = new LinkedHashMap<>();
    var parsed = spec.commandLine().getParseResult();
    all.put("command", String.join(" ", parsed.originalArgs()));
    all.putAll(facts);
    return new RunPage(stateFolder, all);
  }

  /** Serves a page, if that was requested. */
  private PageServer serve(RunPage page) {
    return pagePort == null
        ? new PageServer(page.file(), Optional.empty())
        : PageServer.of(pagePort, page.file());
  }

  private int report(boolean finished, Path folder) {
    if (!finished) {
      return FailureHandler.FAILED;
    }
    console.print("model: " + folder);
    return 0;
  }

  private int trainParts(Group group) {
    String text = repeated.map(RunFile::preset).orElse("");
    if (minutes != null) {
      Check.that(schedule.isOfPreset(), "minutes", minutes, "none beside --steps and --epochs");
      String suited = TimeBudget.preset(minutes);
      boolean isGiven = spec.commandLine().getParseResult().hasMatchedOption("--preset");
      presetName = isGiven ? presetName : suited;
    }
    EmojiPreset preset =
        text.isEmpty() ? EmojiPreset.of(presetName) : EmojiPreset.parse(presetName, text);
    String name = preset.sizes().name();
    if (pictures.paths().isEmpty()) {
      return trainParts(group, preset, name, EmojiData.of(preset), Optional.empty(), Map.of());
    }
    try (OwnPictures own = pictures.open()) {
      if (group.isFirst()) {
        own.sayNotRead(console);
      }
      String home = stem(pictures.paths().get(0)) + "-" + name;
      int status = trainParts(group, preset, home, own.training(), own.validation(), own.facts());
      own.saySkipped(console);
      return status;
    }
  }

  private int trainParts(
      Group group,
      EmojiPreset preset,
      String home,
      DataSet data,
      Optional<DataSet> validation,
      Map<String, String> facts) {
    Path stateFolder = stateFolder(home);
    Path first = startFrom == null ? null : PublishedModel.folder(startFrom);
    Check.that(
        !inpainting || part.equals(UnclipTraining.DECODER.word()),
        "inpainting",
        part,
        "the part decoder");
    List<TrainableComponent> asked = parts(first);
    Path modelFolder =
        model == null ? home(home).resolve(asked.get(asked.size() - 1).home()) : model;
    ModelTraining training =
        new ModelTraining(preset.sizes(), modelFolder, stateFolder, first, inpainting)
            .in(group)
            .accepting(accepted());
    List<TrainableComponent> parts =
        asked.stream().filter(p -> !part.equals(ALL) || training.hasFirst(p)).toList();
    pictures.requireUseOfEmbeddings(parts);
    List<TrainingConfig> configs =
        parts.stream()
            .map(p -> processes.of(schedule.of(training.config(p), data.size(), plugins)))
            .toList(); // invalid ones fail at once
    List<PartSetup> setups =
        parts.stream().map(p -> changed(training.setup(p, data).with(plugins))).toList();
    requireCheckpoints();
    configs.stream()
        .mapToInt(TrainingConfig::batchSize)
        .max()
        .ifPresent(largest -> warnOfFewPictures(data, largest));
    var inspection = samples.inspection(validation);
    group.requireSame(
        "train",
        parts.stream().map(TrainableComponent::word).toList()
            + (clip == null ? "" : ", with --clip")
            + (first == null ? "" : ", with --start-from")
            + ", checkpoint-every "
            + checkpointEvery
            + ", validation "
            + inspection.validation().isPresent()
            + " every "
            + inspection.validateEvery());
    if (clip != null) {
      Path given = PublishedModel.folder(clip);
      group.inTurn(() -> FrozenClip.copy(given, modelFolder));
    }
    RunPage page = page(stateFolder, facts);
    List<TrainingConfig> lengths =
        minutes == null
            ? plan(page, stateFolder, parts, configs, Map.of())
            : plan(page, stateFolder, parts, configs, inTime(training, setups, configs));
    var file = RunFile.of(spec.commandLine().getParseResult(), part, presetText());
    boolean finished = true;
    try (var stop = new StopOnSignal();
        var served = serve(page)) {
      if (group.isFirst()) {
        console.say("page: " + served.address());
      }
      for (int i = 0; i < parts.size() && finished; i++) {
        PartSetup setup = setups.get(i);
        finished =
            train(
                setup.part().word(),
                (c, observer) -> training.train(setup, c, checkpointEvery, inspection, observer),
                lengths.get(i),
                stateFolder,
                stop,
                page,
                group);
        if (finished && group.isFirst()) {
          file = file.with(setup.part().word(), page.settings(setup.part().word()));
          file.write(modelFolder);
        }
      }
    }
    return group.isFirst() || !finished ? report(finished, modelFolder) : 0;
  }

  /** Returns the lengths of parts for the requested time: those of a repeated run, or new ones. */
  private Map<String, TimeBudget.Choice> inTime(
      ModelTraining training, List<PartSetup> setups, List<TrainingConfig> configs) {
    Check.that(training.group().isAlone(), "minutes", minutes, "none with several processes");
    var budget = new TimeBudget(Objects.requireNonNull(minutes), training.work());
    if (repeatsLengths) {
      var lengths = repeated.orElseThrow().lengths();
      for (PartSetup setup : setups) {
        String word = setup.part().word();
        Check.that(
            lengths.containsKey(word),
            "minutes",
            minutes + ", no length of " + word,
            "--minutes beside %s, as the repeated run has not finished this part",
            RunFile.AGAIN);
      }
      return lengths;
    }
    console.say("measuring this machine");
    var chosen = budget.choose(training, setups, configs);
    console.say(
        "steps: "
            + chosen.entrySet().stream()
                .map(part -> part.getKey() + " " + part.getValue().steps())
                .collect(Collectors.joining(", ")));
    return chosen;
  }

  /** Announces the parts on the page, and returns their configurations with these lengths. */
  private List<TrainingConfig> plan(
      RunPage page,
      Path stateFolder,
      List<TrainableComponent> parts,
      List<TrainingConfig> configs,
      Map<String, TimeBudget.Choice> lengths) {
    List<TrainingConfig> planned = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      String word = parts.get(i).word();
      var config = configs.get(i);
      var length = lengths.get(word);
      planned.add(length == null ? config : schedule.lasting(length.steps(), config));
      double perStep = length == null ? Double.NaN : length.perStep();
      page.plan(word, stateFolder.resolve(word), planned.get(i).steps(), perStep);
    }
    return planned;
  }

  private void warnOfFewPictures(DataSet data, int largestBatch) {
    long pictures = data.size().orElse(Long.MAX_VALUE);
    if (pictures < largestBatch) {
      console.say(
          "data: %s, %d pictures for a batch of %d: some come more than once in it (expected: more pictures, or a smaller --batch)"
              .formatted(data.name(), pictures, largestBatch));
    }
  }

  /** Returns the default name of the folder of a model trained on a path. */
  private static String stem(String path) {
    String name = Path.of(path).toAbsolutePath().normalize().getFileName().toString();
    return name.replaceFirst("\\.(csv|tsv|jsonl|parquet|tar)$", "").replaceAll("[{}:]", "");
  }

  /**
   * Returns the parts to train: without CLIP if a finished one is given. Of a model to start from,
   * only the existing ones are trained.
   */
  private List<TrainableComponent> parts(@Nullable Path first) {
    Check.that(
        first == null || Files.isDirectory(first), "start-from", first, "the folder of a model");
    Check.that(
        clip == null || !List.of(part.split(",", -1)).contains(UnclipTraining.CLIP.word()),
        "clip",
        clip,
        "none, to train clip itself");
    if (part.equals(ALL)) {
      return new UnclipTraining()
          .components().stream()
              .filter(p -> p.scope() == TrainableComponent.Scope.ALWAYS)
              .filter(p -> clip == null || !p.equals(UnclipTraining.CLIP))
              .toList();
    }
    return Stream.of(part.split(",", -1)).map(TrainCommand::component).toList();
  }

  private static TrainableComponent component(String word) {
    return TrainableFamily.allComponents().stream()
        .filter(p -> p.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                Check.refusal(
                    "part",
                    word,
                    "one of "
                        + Stream.concat(
                                TrainableFamily.allComponents().stream()
                                    .map(TrainableComponent::word),
                                Stream.of(ALL, JudgeTraining.WORD))
                            .collect(Collectors.joining(", "))));
  }

  private PartSetup changed(PartSetup setup) {
    PartSetup changed =
        process.isEmpty() ? setup : setup.with(PartTechniques.PROCESS.name(), process);
    for (var technique : techniques.entrySet()) {
      changed = changed.with(technique.getKey(), technique.getValue());
    }
    return changed;
  }

  /** Whether it is finished. */
  private boolean train(
      String name,
      Training training,
      TrainingConfig config,
      Path stateFolder,
      StopOnSignal stop,
      RunPage page,
      Group group) {
    if (!group.isAlone()) {
      console.say(ClusterOptions.share(name, group, config));
    }
    if (!group.isFirst()) {
      try (var follower = new TrainingFollower(stop)) {
        return training.train(config, follower);
      }
    }
    console.say(name + ": preparing the data");
    boolean finished = watched(name, training, config, stateFolder.resolve(name), stop, page);
    console.say(
        name
            + (finished ? ": done" : ": stopped and saved (next: run the same command to resume)"));
    return finished;
  }

  private boolean watched(
      String name,
      Training training,
      TrainingConfig config,
      Path folder,
      StopOnSignal stop,
      RunPage page) {
    Consumer<Map<String, String>> check =
        settings -> repeated.ifPresent(run -> run.requireSame(name, settings, accepted()));
    try (var watcher = new TrainingWatcher(name, folder, console, stop, samples, page, check)) {
      try {
        return training.train(config, watcher);
      } catch (DivergedException e) {
        throw new TrainingDivergedException(name, e, watcher.lastCheckpoint());
      }
    }
  }

  /** A training diverged; the message contains the step and the remaining state. */
  private static final class TrainingDivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    TrainingDivergedException(String part, DivergedException cause, String lastCheckpoint) {
      super(part + ": " + cause.getMessage() + "; " + lastCheckpoint, cause);
    }
  }
}
