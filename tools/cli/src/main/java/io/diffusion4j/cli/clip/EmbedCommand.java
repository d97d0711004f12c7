package io.diffusion4j.cli.clip;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.ProgressBars;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.clip.ClipEncoders;
import io.diffusion4j.clip.embed.EmbeddingRun;
import io.diffusion4j.clip.embed.EmbeddingRunFile;
import io.diffusion4j.clip.embed.Embeddings;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j embed}: writes the embeddings of texts or pictures to a file. */
@Command(
    name = "embed",
    description = "Compute the CLIP embeddings of texts or pictures, and write them to a file.",
    footer = {
      "",
      "An interrupted run over pictures resumes from the embeddings saved in OUTPUT.part.",
      "",
      "Examples:",
      "  diffusion4j embed photos --output photos.safetensors",
      "  diffusion4j embed 'shards/{00000..00099}.tar' --output shards.npy",
      "  diffusion4j embed --text \"a cat\" --text-file captions.txt --output texts.npy"
    })
public final class EmbedCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(
      arity = "0..*",
      paramLabel = "PICTURES",
      description =
          "Picture files; or folders, lists and shards of pictures, in any layout that "
              + "train reads.")
  private List<String> pictures = List.of();

  @Option(names = "--text", paramLabel = "TEXT", description = "A text to embed; may be repeated.")
  private List<String> texts = List.of();

  @Option(
      names = "--text-file",
      paramLabel = "FILE",
      description = "A file of texts to embed, one per line.")
  private @Nullable Path textFile;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description =
          "The file to write: .safetensors, or .npy with a second file of names next to it.")
  private Path output = Path.of("");

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ClipOptions clip = new ClipOptions();

  @Mixin private CommonOptions.Batch batch = new CommonOptions.Batch(64);

  @Override
  public Integer call() throws IOException {
    Embeddings.requireFormat("output", output);
    new OutputFile(output).requireWritable();
    batch.size();
    List<String> words = new ArrayList<>(texts);
    if (textFile != null) {
      Check.that(Files.isRegularFile(textFile), "text-file", textFile, "a file");
      words.addAll(Files.readAllLines(textFile));
    }
    Check.that(
        words.isEmpty() != pictures.isEmpty(),
        "input",
        words.isEmpty() ? "none" : "texts and pictures",
        "texts or pictures");
    if (!words.isEmpty()) {
      return embedTexts(words);
    }
    try (var set = PictureArguments.open(pictures)) {
      return embedPictures(set);
    }
  }

  private int embedTexts(List<String> words) {
    try (var model = clip.open();
        var bar = console.bars().bar("texts", 0, words.size())) {
      var run = new EmbeddingRun(batch.size(), done -> bar.at(done, ""));
      Embeddings embeddings = run.texts(model.text(), model.size(), words);
      embeddings.write(output);
      report(embeddings);
    }
    return 0;
  }

  private int embedPictures(PictureSet set) {
    Path file = output.resolveSibling(output.getFileName() + ".part");
    try (var model = clip.open();
        var part = EmbeddingRunFile.open(file, clip.identityInFormat(), model.size(), set)) {
      Map<String, String> unreadable = run(model, set, part);
      unreadable.forEach((key, why) -> console.say("warning: " + key + ": " + why));
      Embeddings embeddings = part.embeddings();
      embeddings.write(output, clip.identity(), without(set, embeddings));
      report(embeddings);
      part.delete();
      return embeddings.names().size() == set.size() ? 0 : FailureHandler.FAILED;
    }
  }

  /** Returns the unreadable pictures, including those of earlier runs. */
  private static List<String> without(PictureSet set, Embeddings embeddings) {
    Set<String> embedded = Set.copyOf(embeddings.names());
    return LongStream.range(0, set.size())
        .mapToObj(set::key)
        .filter(key -> !embedded.contains(key))
        .toList();
  }

  private Map<String, String> run(ClipEncoders model, PictureSet set, EmbeddingRunFile part) {
    try (ProgressBars.Bar bar = console.bars().bar("pictures", part.done(), set.size())) {
      var run = new EmbeddingRun(batch.size(), done -> bar.at(done, ""));
      return run.pictures(model.image(), set, part);
    }
  }

  private void report(Embeddings embeddings) {
    console.printf(
        "%s: %,d embeddings of %d values", output, embeddings.names().size(), embeddings.size());
  }
}
