package io.diffusion4j.cli.generate;

import com.google.common.base.Joiner;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.extension.Plotter;
import io.diffusion4j.cli.generate.LocalBatch.Drawn;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.cli.options.Variation;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.provenance.c2pa.SourceType;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
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
    description = "Make images from texts.",
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
      description = "The negative prompt.")
  private String negative = "";

  private final SamplingOptions stages = SamplingOptions.ofUnclip("Sampling");

  @ArgGroup(validate = false, heading = "%nTo compare with other frameworks:%n")
  private BatchOptions batch = new BatchOptions();

  @Option(
      names = "--label",
      paramLabel = "CLASS",
      description = "The number of the class to draw, for a class-conditional model.")
  private @Nullable Integer label;

  @Option(
      names = "--hint",
      paramLabel = "FILE",
      description = "A hint of the images' size, such as a depth map, for a model with hints.")
  private @Nullable Path hint;

  private byte[] hintFile = {};

  @Option(
      names = "--sweep",
      paramLabel = "NAME=VALUE,…",
      description =
          "Draw once for each value of a sampling option, such as decoder-guidance=1,2,4; may be"
              + " repeated for all combinations.")
  private List<String> sweep = List.of();

  @Option(
      names = "--animate",
      paramLabel = "FILE",
      description =
          "Also show in this animated GIF how the images emerge: the estimates after each step.")
  private @Nullable Path animation;

  @Mixin private DrawerOptions drawer = new DrawerOptions();

  @Override
  public SamplingOptions sampling() {
    return stages;
  }

  @Override
  public Integer call() throws IOException {
    check();
    hintFile = hint == null ? new byte[0] : InputFile.read(hint);
    return drawer.server == null
        ? drawHere()
        : new ServerBatch(console, files(), prompts.draws, stages, drawer)
            .run(drawer.server, asked());
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
    atEach(stages::check);
    files().requireWritable();
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

  /** Only a model without words needs no prompt. */
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

  /** Draws the images of all prompts as one batch, for each combination of the varied options. */
  private int drawHere() throws IOException {
    long seed = prompts.draws.seedOrNew();
    var here =
        new LocalBatch(
            console, files(), prompts.draws, batch, drawer::load, drawer.provenance.read());
    here.run(
        drawer.model.folder(),
        opening(),
        seed,
        (open, noise, watch) -> {
          ImagePipeline pipeline = open.pipeline();
          requireDrawsOfWords(pipeline);
          Check.that(
              animation == null || pipeline.filters().isEmpty(),
              "animate",
              animation,
              "none beside filters, which judge finished pictures");
          var emergence = new Emergence(pipeline.card(), watch);
          List<DirectRequest> all = new ArrayList<>();
          List<Image> images = new ArrayList<>();
          List<String> values = new ArrayList<>();
          for (Map<String, String> at : swept()) {
            at.forEach(stages::set);
            List<DirectRequest> requests = here.requests(asked(), stages, pipeline, seed);
            all.addAll(requests);
            int each = requests.size() * prompts.draws.count;
            images.addAll(
                pipeline.draw(
                    task(requests),
                    requests.get(0).settings(),
                    noise.subList(images.size(), images.size() + each),
                    animation == null ? watch : emergence));
            values.addAll(
                Collections.nCopies(each, Joiner.on(", ").withKeyValueSeparator(" ").join(at)));
          }
          if (animation != null) {
            emergence.write("animate", animation);
          }
          Drawn drawn =
              batch.noise != null // no seed makes them again
                  ? here.plain(
                      images,
                      hint == null
                          ? SourceType.TRAINED_ALGORITHMIC_MEDIA
                          : SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA)
                  : Drawn.of(all, prompts.draws.count, images);
          return drawn.withNotes(values);
        });
    return 0;
  }

  /** Refuses models that draw only with a picture, with the command or option for it. */
  private void requireDrawsOfWords(ImagePipeline pipeline) {
    Set<ImageTask.Kind> tasks = pipeline.card().tasks();
    Check.that(
        !tasks.equals(Set.of(ImageTask.Kind.INPAINT)),
        "mask",
        "none",
        "an image and a mask, which the model completes: diffusion4j inpaint IMAGE --mask FILE");
    Check.that(
        hint != null || !tasks.equals(Set.of(ImageTask.Kind.HINTED)),
        "hint",
        "none",
        "a picture of the images' size, which they follow: --hint FILE");
  }

  /** Returns the task: all prompts at once, or the task without a prompt. */
  private ImageTask task(List<DirectRequest> requests) {
    if (prompts.prompts.isEmpty()) {
      return requests.get(0).task();
    }
    var words =
        prompts.prompts.stream().map(prompt -> new ImageTask.Words(prompt, negative)).toList();
    var task = new ImageTask.TextToImage(prompts.forEachImage(words));
    return requests.get(0).task() instanceof ImageTask.Hinted hinted
        ? new ImageTask.Hinted(task, hinted.hint())
        : task;
  }

  /** Returns a request for each prompt, or one without a prompt. */
  private List<GenerateImagesRequest.Builder> asked() {
    if (prompts.prompts.isEmpty()) {
      return List.of(
          Requests.unconditional(label == null ? OptionalInt.empty() : OptionalInt.of(label)));
    }
    var asked =
        prompts.prompts.stream().map(prompt -> Requests.textToImage(prompt, negative)).toList();
    if (hintFile.length == 0) {
      return asked;
    }
    return asked.stream().map(request -> Requests.hinted(request, hintFile)).toList();
  }

  /** As in the published pipelines, one embedding is drawn from recorded noise. */
  private Opening opening() {
    Opening usual = stages.opening(drawer.model.opening());
    return batch.noise == null ? usual : usual.withCandidates(1);
  }
}
