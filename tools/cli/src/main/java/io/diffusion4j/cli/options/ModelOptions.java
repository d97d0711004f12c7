package io.diffusion4j.cli.options;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.guidance.Guides;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the model and its loading. */
public final class ModelOptions {
  /** The precisions by their names on the command line. */
  public enum Format {
    f32(Precision.FLOAT32),
    bf16(Precision.BFLOAT16);

    public final Precision precision;

    Format(Precision precision) {
      this.precision = precision;
    }
  }

  /** A precision, or the automatic choice. */
  public enum FormatChoice {
    auto(Optional.empty()),
    f32(Optional.of(Precision.FLOAT32)),
    bf16(Optional.of(Precision.BFLOAT16)),
    int8(Optional.of(Precision.INT8)),
    exact(Optional.of(Precision.EXACT));

    public final Optional<Precision> precision;

    FormatChoice(Optional<Precision> precision) {
      this.precision = precision;
    }

    /** Returns the choice of a recipe's precision, which may be empty. */
    static FormatChoice recorded(String word) {
      if (word.isEmpty()) {
        return auto;
      }
      return Stream.of(values())
          .filter(choice -> choice.precision.filter(one -> one.word().equals(word)).isPresent())
          .findFirst()
          .orElseThrow(
              () -> Check.refusal("precision of the recipe", word, "f32, bf16, int8 or exact"));
    }
  }

  /** The help text for the folder of packed weights. */
  public static final String PACKED =
      "Cache the weights in this folder, in the engine's memory layout, for faster "
          + "starts. The cache is as large as the weights, and may be deleted at any "
          + "time.";

  /** The default of {@code --model}, the shipped model. */
  public static final String SHIPPED = "${sys:diffusion4j.home:-.}/emoji/model";

  /** The help text of {@code --model}. */
  public static final String FOLDER =
      "A model folder, a single Stable Diffusion checkpoint file, or "
          + "ORG/NAME[@REVISION] of a downloaded model. Default: ${DEFAULT-VALUE}";

  /** The help text for {@link FormatChoice}. */
  public static final String FORMATS =
      "The number format of the networks: ${COMPLETION-CANDIDATES}. auto is bf16 if "
          + "the processor has bfloat16 instructions and the weights have 16 bits (unCLIP) or "
          + "exceed half of the memory in f32 (Kandinsky, Stable Diffusion), else f32; doctor, "
          + "measure and nll use f32. int8 is the fastest with VNNI or AMX, but changes pictures "
          + "slightly. exact is slower, but draws the same pixels on every machine. Default: auto";

  @Option(names = "--model", paramLabel = "DIR", defaultValue = SHIPPED, description = FOLDER)
  private Path folder = Path.of("");

  @Option(
      names = "--precision",
      paramLabel = "FORMAT",
      defaultValue = "auto",
      description = FORMATS)
  FormatChoice format = FormatChoice.auto;

  @Option(
      names = "--pull",
      description =
          "Download the missing files of a published model. Without this option, "
              + "nothing is downloaded.")
  private boolean pull;

  @Option(
      names = "--lora",
      paramLabel = "FILE[:SCALE]",
      description =
          "Add low-rank updates (LoRA), multiplied by SCALE, to the weights; may be "
              + "repeated. FILE may be the name of updates in the model's folder, such as "
              + "few-steps, or, with --server, of registered updates. Default scale: 1")
  private List<String> loras = List.of();

  @Option(
      names = "--classifier",
      paramLabel = "DIR",
      description =
          "The noised-image classifier for --guidance classifier: a folder, or a "
              + "checkpoint file published for guided-diffusion. Default: the subfolder "
              + "classifier of the model")
  private @Nullable Path classifier;

  @Option(
      names = "--noised-clip",
      paramLabel = "DIR",
      description =
          "The noised CLIP for --guidance clip: a folder with GLIDE's published files "
              + "clip_image_enc and clip_text_enc. Default: the subfolder noised_clip of the "
              + "model")
  private @Nullable Path noisedClip;

  @Option(names = "--packed", paramLabel = "DIR", description = PACKED)
  private @Nullable Path packed;

  /** Returns the guides outside the folder of the model. */
  private Map<String, Path> guides() {
    Map<String, Path> guides = new LinkedHashMap<>();
    if (classifier != null) {
      guides.put(Guides.CLASSIFIER, classifier);
    }
    if (noisedClip != null) {
      guides.put(Guides.CLIP, noisedClip);
    }
    guides.forEach((name, path) -> Check.that(Files.exists(path), name, path, "a folder"));
    return guides;
  }

  /** Returns the low-rank updates of the model's weights. */
  public LoraArguments loras() {
    return new LoraArguments(loras, folder);
  }

  /** Returns the folder of the model. */
  public Path folder() {
    folder = SingleFile.folder(PublishedModel.folder(folder, pull));
    return folder;
  }

  /** Sets another folder. */
  public void setFolder(Path newFolder) {
    folder = newFolder;
  }

  /** Returns the folder of the shipped model. */
  public static Path defaultFolder() {
    return Path.of(System.getProperty("diffusion4j.home", "."), "emoji", "model");
  }

  /** Returns the settings of the computation, with the requested engine and this precision. */
  public static Compute compute(Precision precision) {
    return Compute.of(precision).withEngine(Engines.asked());
  }

  /**
   * Returns the settings for measurements, by default in float32, since small differences count.
   */
  public Compute measuring() {
    return compute(format.precision.orElse(Precision.FLOAT32));
  }

  /** Returns the requested number format; empty for the automatic choice. */
  public Optional<Precision> precision() {
    return format.precision;
  }

  /** Returns the settings for opening the model in a process that draws once and ends. */
  public OpenOptions opening() {
    return opening(Residency.forOneDrawing(folder()));
  }

  /** Returns the settings for opening the model with this residency of networks. */
  public OpenOptions opening(Residency residency) {
    return opening(residency, format.precision)
        .withLoras(loras().files())
        .withGuides(guides())
        .withPacked(Optional.ofNullable(packed));
  }

  /**
   * Returns the settings for drawing a recipe again: in the recipe's number format, unless another
   * one is requested, or the processor lacks bfloat16, which would be emulated slowly.
   *
   * @param recorded the recipe's precision; empty if it has none
   */
  public OpenOptions replaying(String recorded) {
    var choice = format == FormatChoice.auto ? FormatChoice.recorded(recorded) : format;
    boolean isSlow =
        choice == FormatChoice.bf16
            && format == FormatChoice.auto
            && !Engines.areMadeFor(Precision.BFLOAT16);
    return opening().withPrecision(isSlow ? Optional.empty() : choice.precision);
  }

  /** Returns the settings for opening a model with the requested engine. */
  public static OpenOptions opening(Residency residency, Optional<Precision> precision) {
    return OpenOptions.with(residency).withEngine(Engines.asked()).withPrecision(precision);
  }

  /** Opens a model with the parts of plugins, all of which must apply to it. */
  public static OpenPipeline open(Path folder, OpenOptions how, Plugins plugins) {
    OpenPipeline open = OpenPipeline.of(folder, how, plugins);
    try {
      plugins.requireUsed();
      return open;
    } catch (RuntimeException e) {
      open.close();
      throw e;
    }
  }
}
