package io.diffusion4j.plots.command;

import io.diffusion4j.cli.clip.ClipOptions;
import io.diffusion4j.cli.clip.PictureArguments;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.clip.embed.EmbeddingRun;
import io.diffusion4j.clip.embed.Embeddings;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.plots.ChartFile;
import io.diffusion4j.plots.SimilarityMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j plot similarity}: plots CLIP's cosines of texts and pictures. */
@Command(
    name = "similarity",
    description = "Plot the cosine similarities of the CLIP embeddings of texts and pictures.",
    footer = {
      "",
      "Each row is a text; its most similar picture has a frame.",
      "",
      "Example:",
      "  diffusion4j plot similarity apple.png owl.png --text \"an apple\" --text \"an owl\""
          + " -o clip.png"
    })
public final class SimilarityCommand implements Callable<Integer> {
  private static final int MAX = 64;

  /** Pixels of a picture's side in the drawing, twice the size on a screen. */
  private static final int THUMBNAIL = 144;

  @Mixin private Console console = new Console();

  @Parameters(
      arity = "1..*",
      paramLabel = "PICTURES",
      description =
          "Picture files; or folders, lists and shards of pictures; up to 64 pictures in all.")
  private List<String> pictures = List.of();

  @Option(
      names = "--text",
      required = true,
      paramLabel = "TEXT",
      description = "A text to compare with the pictures; may be repeated.")
  private List<String> texts = List.of();

  @Mixin private CommonOptions.Output output = new CommonOptions.Output();

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ClipOptions clip = new ClipOptions();

  @Mixin private CommonOptions.Batch batch = new CommonOptions.Batch(64);

  @Override
  public Integer call() {
    new OutputFile(output.path()).requireEnding(".png");
    var file = new ChartFile(output.path());
    batch.size();
    try (var set = PictureArguments.open(pictures);
        var model = clip.open()) {
      Check.that(set.size() <= MAX, "pictures", set.size(), "at most %s", MAX);
      var run = new EmbeddingRun(batch.size(), done -> {});
      var embedded = run.pictures(model.image(), model.size(), set);
      for (String reason : embedded.unreadable().values()) {
        throw new IllegalArgumentException(reason);
      }
      List<Rgb8> shown =
          LongStream.range(0, set.size()).mapToObj(i -> Rgb8.of(set.square(i, THUMBNAIL))).toList();
      Embeddings words = run.texts(model.text(), model.size(), texts);
      file.write(new SimilarityMatrix(texts, shown, cosines(words, embedded.embeddings())));
    }
    console.print(file.path());
    return 0;
  }

  private static List<double[]> cosines(Embeddings texts, Embeddings pictures) {
    List<double[]> cosines = new ArrayList<>();
    for (int text = 0; text < texts.names().size(); text++) {
      float[] embedding = texts.row(text);
      cosines.add(
          IntStream.range(0, pictures.names().size())
              .mapToDouble(i -> Vectors.cosine(embedding, pictures.row(i)))
              .toArray());
    }
    return cosines;
  }
}
