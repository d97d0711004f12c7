package io.diffusion4j.cli.train;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.StopOnSignal;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.cli.options.PictureColumns;
import io.diffusion4j.cli.options.PreparationOptions;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.data.BadPictures;
import io.diffusion4j.data.Classes;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.emoji.train.EmojiData;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.nn.train.KeyPatterns;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.training.Distillation;
import io.diffusion4j.training.TrainableFamily;
import io.diffusion4j.training.TrainingPlugins;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j distill}: teaches a student the pictures of a model in few steps. */
@Command(
    name = "distill",
    description =
        "Distil a model into a student that draws in one to eight steps, or resume "
            + "such a run.",
    footer = {
      "",
      "First, the teacher draws samples with its guidance, which the student learns too; with"
          + " --data, pictures take their place. Models of pixels (train ddpm, DDPMPipeline),"
          + " models of latents (train latent, Stable Diffusion), unCLIP, Kandinsky and GLIDE can"
          + " be distilled. A decoder learns from embeddings drawn by the teacher's prior, and an"
          + " upsampler from small pictures drawn by the teacher, or from those of the pictures.",
      "",
      "Example:",
      "  diffusion4j distill training/ddpm --method direct --pairs 512 --output student"
    })
public final class DistillCommand implements Callable<Integer> {
  private static final long STEPS = 600;
  private static final int BATCH = 32;
  private static final double LEARNING_RATE = 3e-4;
  private static final long CAPTION_SEED = 1;
  private static final int PAIRS = 512;

  /** The most pictures that are kept in memory by default. */
  private static final int MOST = 8192;

  /** The layers of published LCM-LoRAs, and those of other networks that do the same. */
  private static final KeyPatterns TARGETS =
      KeyPatterns.of(
          "to_q,to_k,to_v,to_out.0,add_k_proj,add_v_proj,proj_in,proj_out,ff.net.0.proj,ff.net.2,"
              + "conv1,conv2,conv_shortcut,downsamplers.0.conv,upsamplers.0.conv,time_emb_proj,"
              + "linear_1,linear_2,proj_to_clip_embeddings,conv_in,conv_out");

  /** The methods by their names on the command line. */
  enum Method {
    direct(Distillation.Method.DIRECT),
    progressive(Distillation.Method.PROGRESSIVE),
    consistency(Distillation.Method.CONSISTENCY),
    lcm(Distillation.Method.LCM),
    reflow(Distillation.Method.REFLOW);

    private final Distillation.Method method;

    Method(Distillation.Method method) {
      this.method = method;
    }
  }

  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "MODEL", description = "The folder of the teacher.")
  private Path model = Path.of("");

  @Option(
      names = "--method",
      paramLabel = "NAME",
      defaultValue = "direct",
      description =
          "The method: ${COMPLETION-CANDIDATES}. direct regresses the teacher's "
              + "picture from the same noise in one step. progressive repeatedly halves the "
              + "steps, from 8 to --student-steps. consistency and lcm map all noise levels "
              + "of a trajectory to the same picture. reflow straightens the paths from "
              + "noise to pictures. Default: ${DEFAULT-VALUE}")
  private Method method = Method.direct;

  @Option(
      names = "--student-steps",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "The number of sampling steps of the student: 1, 2, 4 or 8. Default: "
              + "${DEFAULT-VALUE}")
  private int studentSteps;

  @Option(
      names = "--teacher-steps",
      paramLabel = "N",
      description =
          "The number of DDIM steps in which the teacher draws. Default: 25, or the "
              + "default of a text-conditional teacher")
  private @Nullable Integer teacherSteps;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      description =
          "The number of samples that the teacher draws, or of the pictures of --data that "
              + "are used; one in eight is held out for validation. Default: 512, or all "
              + "pictures, at most 8192")
  private @Nullable Integer pairs;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "With --method progressive, consistency or lcm: learn from these pictures, with "
              + "their captions or classes, instead of samples of the teacher. See train "
              + "--help.")
  private List<String> paths = List.of();

  @Option(
      names = "--classes",
      paramLabel = "BY",
      description =
          "With --data and a model of classes: the class of a picture is its folder or its "
              + "first caption: folder, caption. Default: none")
  private @Nullable String classes;

  @Mixin private PictureColumns columns = new PictureColumns();

  @Mixin private PreparationOptions preparation = new PreparationOptions();

  @Mixin private ClusterOptions processes = new ClusterOptions();

  @Option(
      names = "--guidance",
      paramLabel = "X",
      description =
          "The teacher's guidance scale; 1 is no guidance. Default: 1, or the default "
              + "of a text-conditional teacher")
  private @Nullable Double guidance;

  @Option(
      names = "--embed-guidance",
      paramLabel = "LOW,HIGH",
      split = ",",
      arity = "1",
      description =
          "With --method lcm: the range of guidance scales for a student whose network "
              + "takes the scale as an input. Default: none; the student always uses "
              + "--guidance")
  private List<Double> embedded = List.of();

  @Option(
      names = "--part",
      paramLabel = "NAME",
      split = ",",
      description =
          "The stages to distil: prior, decoder, super_res; of GLIDE: base, upsampler. "
              + "The other stages in OUTPUT do not change. Default: all stages")
  private List<String> parts = List.of();

  @Option(
      names = "--captions",
      paramLabel = "FILE",
      description =
          "A text file with the prompts that the teacher draws, one per line. Default: "
              + "captions of emoji scenes")
  private @Nullable Path captions;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "The folder for the training state and the teacher's samples. Default: OUTPUT-state")
  private @Nullable Path state;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "100",
      description = "Save the state every N steps. Default: ${DEFAULT-VALUE}")
  private long checkpointEvery;

  @Mixin private CommonOptions.Output output = new CommonOptions.Output();

  @Mixin private ScheduleOptions schedule = new ScheduleOptions();

  @Override
  public Integer call() {
    if (processes.isLauncher()) {
      return processes.launch(console);
    }
    Check.that(paths.isEmpty() || captions == null, "captions", captions, "none beside --data");
    Check.that(!paths.isEmpty() || classes == null, "classes", classes, "none without --data");
    var group = processes.join(console);
    int status;
    if (paths.isEmpty()) {
      int drawn = pairs == null ? PAIRS : pairs;
      status = distill(Distillation.Examples.drawn(captions(drawn), drawn), group);
    } else {
      try (var own = open()) {
        if (group.isFirst()) {
          own.sayNotRead(console);
        }
        DataSet pictures = own.training();
        DataSet data = classes == null ? pictures : pictures.with(Classes.BY.name(), classes);
        int most = (int) Math.min(MOST, data.size().orElse(MOST));
        status = distill(Distillation.Examples.of(data, pairs == null ? most : pairs), group);
        own.saySkipped(console);
      }
    }
    group.close(); // not after a failure, of which the others learn by the end of this process
    return status;
  }

  private OwnPictures open() {
    return OwnPictures.open(
        paths,
        columns.columns(),
        Optional.empty(),
        preparation.preparation(),
        new BadPictures(BadPictures.DEFAULT_MAX, 0),
        1,
        Optional.empty(),
        Optional.empty());
  }

  private int distill(Distillation.Examples examples, Group group) {
    Path teacher = PublishedModel.folder(model);
    Path student = output.path();
    Path work = state == null ? student.resolveSibling(student.getFileName() + "-state") : state;
    var how =
        new Distillation(
            teacher,
            student,
            work,
            method.method,
            studentSteps,
            parts,
            examples,
            teacherSteps == null ? OptionalInt.empty() : OptionalInt.of(teacherSteps),
            guidance == null ? OptionalDouble.empty() : OptionalDouble.of(guidance),
            scales(),
            processes.of(
                schedule
                    .withTargets(TARGETS)
                    .of(
                        TrainingConfig.of(STEPS, BATCH, LEARNING_RATE, 1),
                        OptionalLong.empty(),
                        TrainingPlugins.NONE)),
            checkpointEvery,
            group);
    var distiller =
        TrainableFamily.all().stream()
            .flatMap(family -> family.distiller(teacher).stream())
            .findFirst()
            .orElseThrow(
                () ->
                    Check.refusal(
                        "model",
                        teacher,
                        "a model of pixels, such as of train ddpm, of latents, of unCLIP,"
                            + " Kandinsky or GLIDE"));
    if (!group.isFirst()) {
      try (var stop = new StopOnSignal();
          var follower = new TrainingFollower(stop)) {
        return distiller.distill(how, follower) ? 0 : FailureHandler.FAILED;
      }
    }
    console.say(
        examples.data().isEmpty()
            ? "drawing the teacher's samples, unless they are there"
            : "reading the pictures, unless their samples are there");
    boolean finished;
    try (var stop = new StopOnSignal();
        var watcher =
            new TrainingWatcher(
                "distill",
                work,
                console,
                stop,
                new SampleOptions(),
                new RunPage(work, Map.of("teacher", teacher.toString())),
                settings -> {})) {
      finished = distiller.distill(how, watcher);
    }
    console.say("distill: " + (finished ? "done" : "stopped (next: run the same command)"));
    if (!finished) {
      return FailureHandler.FAILED;
    }
    console.print("model: " + student);
    return 0;
  }

  private Optional<Distillation.Scales> scales() {
    if (embedded.isEmpty()) {
      return Optional.empty();
    }
    Check.that(embedded.size() == 2, "embed-guidance", embedded, "two scales, LOW,HIGH");
    return Optional.of(new Distillation.Scales(embedded.get(0), embedded.get(1)));
  }

  private List<String> captions(int drawn) {
    if (captions == null) {
      return EmojiData.of(EmojiPreset.emoji()).captions(CAPTION_SEED, drawn).toList();
    }
    try {
      return Files.readAllLines(captions).stream().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + captions + ": " + e, e);
    }
  }
}
