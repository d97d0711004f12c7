package io.diffusion4j.cli.generate;

import com.google.common.base.Joiner;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.extension.Plotter;
import io.diffusion4j.cli.generate.ImageWriter.Asked;
import io.diffusion4j.cli.options.GpuOption;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.cli.options.Variation;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.serving.request.DirectGenerator;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j generate}: draws images from prompts, in this process or on a server. */
@Command(
    name = "generate",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Generate images from text prompts.",
    footer = {
      "",
      "Example:",
      "  diffusion4j generate \"a red apple on a blue background\" --output apple.png"
    })
public final class GenerateCommand implements Callable<Integer>, SamplingOptions.Sampled {
  @Mixin private Console console = new Console();

  @Mixin private PromptOptions prompts = new PromptOptions();

  @Option(
      names = "--negative",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "The negative prompt: what the images should not show. Default: none")
  private String negative = "";

  private final SamplingOptions stages = new SamplingOptions("Sampling");

  @ArgGroup(validate = false, heading = "%nTo compare with other frameworks:%n")
  private BatchOptions batch = new BatchOptions();

  @Option(
      names = "--label",
      paramLabel = "CLASS",
      description = "The class number to draw, for a class-conditional model.")
  private @Nullable Integer label;

  @Option(
      names = "--hint",
      paramLabel = "FILE",
      description =
          "A conditioning image of the same size as the output, such as a depth map, "
              + "for a model with a hint input.")
  private @Nullable Path hint;

  private byte[] hintFile = {};

  @Option(
      names = "--sweep",
      paramLabel = "NAME=VALUE,…",
      description =
          "Draw once for each value of a sampling option, such as "
              + "decoder-guidance=1,2,4. May be repeated: all combinations are drawn.")
  private List<String> sweep = List.of();

  @Option(
      names = "--animate",
      paramLabel = "FILE",
      description =
          "Also write an animated GIF that shows the model's estimate of each image "
              + "after every step.")
  private @Nullable Path animation;

  @Mixin private DrawerOptions drawer = new DrawerOptions();

  @Mixin private GpuOption gpu = new GpuOption();

  @Override
  public SamplingOptions sampling() {
    return stages;
  }

  @Override
  public Integer call() throws IOException {
    check();
    gpu.check();
    hintFile = hint == null ? new byte[0] : InputFile.read(hint);
    var writer = new ImageWriter(console, files(), prompts.draws, batch);
    return drawer.draw(
        console,
        this::opening,
        SamplingOptions::nameOf,
        (generator, here) -> {
          Model model = ImageWriter.model(generator);
          requireDrawsOfWords(model);
          Optional<Emergence> emergence =
              here.map(open -> prepare((DirectGenerator) generator, open));
          int status = writer.write(generator, model, asked(model, here.isEmpty()));
          if (animation != null) {
            emergence.orElseThrow().write("animate", animation);
          }
          return status;
        });
  }

  /** Prepares a model in this process; returns how the images will emerge. */
  private Emergence prepare(DirectGenerator generator, OpenPipeline open) {
    ImagePipeline pipeline = open.pipeline();
    Check.that(
        animation == null || pipeline.filters().isEmpty(),
        "animate",
        animation,
        "none beside filters, which judge finished pictures");
    batch.prepare(generator, pipeline, files().inputs() * prompts.draws.count);
    var emergence = new Emergence(pipeline.card(), SamplingListener.NONE);
    if (animation != null) {
      generator.observe(emergence);
    }
    return emergence;
  }

  /** Checks everything that needs no model. */
  private void check() {
    prompts.check();
    Check.that(label == null || label >= 0, "label", label, "≥ 0");
    Check.that(label == null || prompts.prompts.isEmpty(), "label", label, "none beside a prompt");
    if (hint != null) {
      InputFile.check("hint", hint);
      prompts.requireSome();
    }
    swept().stream()
        .flatMap(at -> at.keySet().stream())
        .forEach(
            name -> Check.that(!stages.isGiven(name), name, "given", "none beside its --sweep"));
    atEach(stages::check);
    var files = files();
    files.requireWritable();
    Optional.ofNullable(batch.raw).ifPresent(path -> files.requireOther("raw", path));
    if (animation != null) {
      Check.that(drawer.server == null, "animate", animation, "none beside --server");
      Check.that(sweep.isEmpty(), "animate", animation, "none beside --sweep");
      Plotter.of("animate", animation).checkAnimation("animate", animation);
    }
    batch.check(prompts.draws.seed);
    if (drawer.server == null) {
      requireWords();
    } else {
      Check.that(
          !batch.areGiven() && sweep.isEmpty(),
          "server",
          drawer.server,
          "none beside --noise, --raw and --sweep");
    }
    atEach(() -> drawer.check(stages));
  }

  /** Runs an action for each combination of the varied options. */
  private void atEach(Runnable work) {
    for (Map<String, String> at : swept()) {
      at.forEach(stages::set);
      work.run();
    }
  }

  /** Only an unconditional model needs no prompt. */
  private void requireWords() {
    Path folder = drawer.model.folder();
    if (folder.equals(ModelOptions.defaultFolder()) || OpenPipeline.family(folder).needsWords()) {
      prompts.requireSome();
    }
  }

  /** Returns all combinations of the varied options; a single empty one if there are none. */
  private List<Map<String, String>> swept() {
    List<String> names = stages.names();
    return Variation.combinations(
        "sweep", sweep.stream().map(text -> Variation.parse("sweep", text, names)).toList());
  }

  private PngFiles files() {
    return prompts.files(swept().size(), batch.noise == null);
  }

  /** Refuses models that draw only with a picture, with the command or option for it. */
  private void requireDrawsOfWords(Model model) {
    List<String> tasks = model.getTasksList();
    Check.that(
        !tasks.equals(List.of(ImageTask.Kind.INPAINT.label())),
        "mask",
        "none",
        "an image and a mask, which the model completes: diffusion4j inpaint IMAGE --mask FILE");
    Check.that(
        hint != null || !tasks.equals(List.of(ImageTask.Kind.HINTED.label())),
        "hint",
        "none",
        "a picture of the images' size, which they follow: --hint FILE");
  }

  /** Returns the inputs: all prompts, for each combination of the varied options. */
  private List<Asked> asked(Model model, boolean atServer) {
    List<Asked> all = new ArrayList<>();
    for (Map<String, String> at : swept()) {
      at.forEach(stages::set);
      String note = Joiner.on(", ").withKeyValueSeparator(" ").join(at);
      for (GenerateImagesRequest.Builder request : asked()) {
        if (atServer) {
          drawer.model.loras().ask(request);
        }
        all.add(Asked.of(request, stages, model).withNote(note));
      }
    }
    return all;
  }

  /** Returns a request for each prompt, or one without a prompt. */
  private List<GenerateImagesRequest.Builder> asked() {
    if (prompts.prompts.isEmpty()) {
      return List.of(
          Requests.unconditional(label == null ? OptionalInt.empty() : OptionalInt.of(label)));
    }
    return prompts.prompts.stream()
        .map(prompt -> Requests.textToImage(prompt, negative))
        .map(request -> hintFile.length == 0 ? request : Requests.hinted(request, hintFile))
        .toList();
  }

  /** As in the published pipelines, one embedding is drawn from recorded noise. */
  private OpenOptions opening() {
    OpenOptions defaults = stages.opening(drawer.model.opening());
    return batch.noise == null ? defaults : defaults.withCandidates(1);
  }

  /**
   * Records how images emerge: the estimates x̂₀ of all of them after each step of the stages that
   * draw pixels, enlarged to the size of the last stage.
   */
  private static final class Emergence implements SamplingListener {
    /** The durations of a frame and of the last one, in hundredths of a second. */
    private static final int FRAME = 20;

    private static final int LAST_FRAME = 200;

    private final ModelCard card;
    private final SamplingListener next;
    private final Pixels last;
    private final List<Rgb8> frames = new ArrayList<>();

    /**
     * Creates an empty recording.
     *
     * @param next gets the same progress
     */
    Emergence(ModelCard card, SamplingListener next) {
      this.card = card;
      this.next = next;
      this.last =
          card.stages().stream()
              .map(Stage::draws)
              .filter(Pixels::areDrawn)
              .reduce((first, second) -> second)
              .orElse(Pixels.NONE);
    }

    @Override
    public void onProgress(Progress at) {
      next.onProgress(at);
      Pixels draws = card.stage(at.stage()).map(Stage::draws).orElse(Pixels.NONE);
      if (at.step() > 0 && draws.areDrawn()) {
        Pixels size = at.size().or(draws);
        List<Image> images = at.x0().stream().map(x0 -> enlarged(size, x0)).toList();
        frames.add(Rgb8.of(ContactSheet.of(images)));
      }
    }

    private Image enlarged(Pixels size, float[] x0) {
      var image = new Image(size.width(), size.height(), x0.clone());
      return size.width() < last.width()
          ? Resize.bicubic(image, last.width(), last.height())
          : image;
    }

    /** Writes the recording. */
    void write(String option, Path file) {
      Plotter.of(option, file).animate(option, file, frames, FRAME, LAST_FRAME);
    }
  }
}
