package io.diffusion4j.cli.train;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.clip.OpenAiFile;
import io.diffusion4j.ddpm.DitFile;
import io.diffusion4j.decoder.classifier.ClassifierFolders;
import io.diffusion4j.decoder.unet.AdmFile;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.glide.GlideFiles;
import io.diffusion4j.latent.StableDiffusionFile;
import io.diffusion4j.unclip.KarloFiles;
import io.diffusion4j.unclip.UnclipConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j convert}: writes the tensors of any supported files as safetensors. */
@Command(
    name = "convert",
    description =
        "Convert PyTorch or safetensors files to model.safetensors, or to a model folder.",
    footer = {
      "",
      "PyTorch files are read as data: no code in them is run. Their tensors are "
          + "those of the saved object, or of the first entry found among state_dict, "
          + "model, model_state_dict, params_ema, ema and module.",
      "",
      "Example:",
      "  diffusion4j convert model.ckpt --output model",
      "  diffusion4j convert base.pt upsample.pt --as glide --tokenizer bpe --output glide",
      "  diffusion4j convert v1-5.safetensors --as stable-diffusion --tokenizer bpe --output sd15",
      "  diffusion4j convert part-1.bin part-2.bin --dtype bf16 --output model"
    })
public final class ConvertCommand implements Callable<Integer> {
  /** The largest size of a file; larger models become several files with an index. */
  private static final long MAX_SHARD_BYTES = 5_000_000_000L;

  /** The types for floating-point tensors. */
  enum Format {
    f32(DType.F32),
    f16(DType.F16),
    bf16(DType.BF16);

    final DType dtype;

    Format(DType dtype) {
      this.dtype = dtype;
    }
  }

  @Mixin private Console console = new Console();

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Weights files, shard indices, or folders of them; their tensors are merged.")
  private List<Path> inputs = List.of();

  @Mixin private CommonOptions.Output output = new CommonOptions.Output();

  @Option(
      names = "--dtype",
      paramLabel = "FORMAT",
      description =
          "The number format to store floating-point tensors in: "
              + "${COMPLETION-CANDIDATES}. Default: unchanged")
  private @Nullable Format format;

  @Option(
      names = "--as",
      paramLabel = "LAYOUT",
      description =
          "Convert the published files of this model family to a model folder: "
              + "${COMPLETION-CANDIDATES}. Default: none, only the tensors are written")
  private @Nullable Layout layout;

  @Option(
      names = "--tokenizer",
      paramLabel = "PATH",
      description =
          "The vocabulary, for --as. For glide: the folder with encoder.json and "
              + "vocab.bpe. For CLIP, Karlo and Stable Diffusion: OpenAI's "
              + "bpe_simple_vocab_16e6.txt.gz, or a tokenizer folder.")
  private @Nullable Path tokenizer;

  @Option(
      names = "--settings",
      paramLabel = "DIR",
      description =
          "For networks of unpublished sizes with --as glide, guided-diffusion or dit: "
              + "the folder with their config.json. With --as stable-diffusion: a model "
              + "folder whose settings are used.")
  private @Nullable Path settings;

  @Option(
      names = "--predicts",
      paramLabel = "QUANTITY",
      description =
          "What the U-Net of Stable Diffusion 2.x predicts, for --as stable-diffusion: "
              + "eps (512-pixel models) or v (768-pixel models). Required unless a .yaml "
              + "file next to the weights has the parameterization. Default for 1.x: eps")
  private @Nullable Parameterization predicts;

  /** The targets of converted published files. */
  enum Layout {
    GLIDE("glide", true, true),
    GUIDED_DIFFUSION("guided-diffusion", false, true),
    DIT("dit", false, true),
    OPENAI_CLIP("openai-clip", true, false),
    KARLO("karlo", true, false),
    STABLE_DIFFUSION("stable-diffusion", true, true),
    STABLE_DIFFUSION_FILE("stable-diffusion-file", false, false);

    private final String word;
    final boolean hasVocabulary;
    final boolean takesSettings;

    Layout(String word, boolean hasVocabulary, boolean takesSettings) {
      this.word = word;
      this.hasVocabulary = hasVocabulary;
      this.takesSettings = takesSettings;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  @Override
  public Integer call() throws IOException {
    Check.that(
        tokenizer == null || (layout != null && layout.hasVocabulary),
        "tokenizer",
        tokenizer,
        "none without --as glide, openai-clip, karlo or stable-diffusion");
    Check.that(
        settings == null || (layout != null && layout.takesSettings),
        "settings",
        settings,
        "none without --as glide, guided-diffusion, dit or stable-diffusion");
    Check.that(
        predicts == null || layout == Layout.STABLE_DIFFUSION,
        "predicts",
        predicts,
        "none without --as stable-diffusion");
    return layout == null ? convertTensors() : convert(layout);
  }

  private int convert(Layout as) {
    if (as != Layout.GLIDE && as != Layout.KARLO) {
      Check.that(inputs.size() == 1, "files", inputs, "one");
    }
    Optional<DType> dtype = Optional.ofNullable(format).map(own -> own.dtype);
    Optional<Path> config = Optional.ofNullable(settings);
    switch (as) {
      case GLIDE ->
          GlideFiles.convert(inputs, vocabulary(), config, output.path(), dtype, MAX_SHARD_BYTES);
      case GUIDED_DIFFUSION -> convertGuidedDiffusion(inputs.get(0), config, dtype);
      case DIT -> DitFile.convert(inputs.get(0), config, output.path(), dtype, MAX_SHARD_BYTES);
      case OPENAI_CLIP ->
          OpenAiFile.convert(inputs.get(0), vocabulary(), output.path(), dtype, MAX_SHARD_BYTES);
      case KARLO ->
          new KarloFiles(UnclipConfig.karlo())
              .convert(inputs, vocabulary(), output.path(), dtype, MAX_SHARD_BYTES);
      case STABLE_DIFFUSION ->
          StableDiffusionFile.convert(
              inputs.get(0),
              vocabulary(),
              config,
              Optional.ofNullable(predicts),
              output.path(),
              dtype,
              MAX_SHARD_BYTES);
      case STABLE_DIFFUSION_FILE ->
          StableDiffusionFile.toSingleFile(inputs.get(0), output.path(), dtype);
    }
    console.print(output.path());
    return 0;
  }

  private void convertGuidedDiffusion(Path file, Optional<Path> config, Optional<DType> dtype) {
    if (config.map(ClassifierFolders::isAt).orElseGet(() -> isClassifier(file))) {
      ClassifierFolders.convert(file, config, output.path(), dtype, MAX_SHARD_BYTES);
    } else {
      AdmFile.convert(file, config, output.path(), dtype, MAX_SHARD_BYTES);
    }
  }

  /** A network without a decoder half. */
  private static boolean isClassifier(Path file) {
    try (var checkpoint = Checkpoint.open(file)) {
      return checkpoint.names().stream().noneMatch(name -> name.startsWith("output_blocks."));
    }
  }

  private Path vocabulary() {
    if (tokenizer == null) {
      throw Check.refusal("tokenizer", "none", "the vocabulary, which no file of weights has");
    }
    Check.that(Files.exists(tokenizer), "tokenizer", tokenizer, "a file or folder");
    return tokenizer;
  }

  private int convertTensors() throws IOException {
    var opened = new ArrayList<Checkpoint>();
    try {
      var writer = new SafetensorsWriter();
      long parameters = 0;
      long bytes = 0;
      for (Path input : inputs) {
        var checkpoint = Checkpoint.open(input);
        opened.add(checkpoint);
        if (checkpoint.metadata().getOrDefault("torch.candidates", "").contains(",")) {
          console.say(
              "%s: tensors of %s (there are also those of %s)"
                  .formatted(
                      input,
                      checkpoint.metadata().get("torch.from"),
                      checkpoint.metadata().get("torch.candidates")));
        }
        for (String name : checkpoint.names()) {
          writer.copy(checkpoint, name, Optional.ofNullable(format).map(own -> own.dtype));
          long size = checkpoint.info(name).size();
          parameters += size;
          bytes += size * stored(checkpoint.info(name).dtype()).bytes();
        }
      }
      Files.createDirectories(output.path());
      writer.writeSharded(output.path(), Checkpoint.TRANSFORMERS, MAX_SHARD_BYTES);
      Path single = output.path().resolve(Checkpoint.TRANSFORMERS + ".safetensors");
      Path file =
          Files.exists(single)
              ? single
              : output.path().resolve(Checkpoint.TRANSFORMERS + ".safetensors.index.json");
      console.print(
          String.format(Locale.ROOT, "%s: %,d parameters, %,d bytes", file, parameters, bytes));
      return 0;
    } finally {
      opened.forEach(Checkpoint::close);
    }
  }

  private DType stored(DType own) {
    return format == null || !own.isFloat() ? own : format.dtype;
  }
}
