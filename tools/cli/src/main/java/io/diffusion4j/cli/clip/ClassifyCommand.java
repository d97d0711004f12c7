package io.diffusion4j.cli.clip;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.ProgressBars;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.clip.ClipEncoders;
import io.diffusion4j.clip.embed.EmbeddingRun;
import io.diffusion4j.clip.embed.Embeddings;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.LabelClassifier;
import io.diffusion4j.diffusion.pipeline.LabelClassifier.Scored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j classify}: finds the label that fits a picture best, without training. */
@Command(
    name = "classify",
    description = "Find the label that fits each picture best, with CLIP.",
    footer = {
      "",
      "With --labelled, the name of a picture's folder is its true label, and the "
          + "accuracy is printed at the end.",
      "",
      "Examples:",
      "  diffusion4j classify cat.jpg --label cat --label dog",
      "  diffusion4j classify pets --labelled --template \"a photo of a {}, a pet.\" --top 3"
    })
public final class ClassifyCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(
      arity = "1..*",
      paramLabel = "PICTURES",
      description =
          "Picture files; or folders, lists and shards of pictures, in any layout that "
              + "train reads.")
  private List<String> pictures = List.of();

  @Option(names = "--label", paramLabel = "LABEL", description = "A label; may be repeated.")
  private List<String> labels = List.of();

  @Option(
      names = "--label-file",
      paramLabel = "FILE",
      description = "A file of labels, one per line.")
  private @Nullable Path labelFile;

  @Option(
      names = "--labelled",
      description =
          "Use the name of each picture's folder as its true label. Without --label "
              + "and --label-file, these names are also the labels to choose from.")
  private boolean labelled;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "A caption template, with {} in place of the label; may be repeated, and the "
              + "text embeddings are then averaged. Default: \"a photo of a {}.\"")
  private List<String> templates = LabelClassifier.PHOTO;

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "1",
      description =
          "The number of labels to print for each picture, best first. Default: "
              + "${DEFAULT-VALUE}")
  private int top;

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ClipOptions clip = new ClipOptions();

  @Mixin private CommonOptions.Batch batch = new CommonOptions.Batch(64);

  @Override
  public Integer call() throws IOException {
    Check.that(top >= 1, "top", top, "≥ 1");
    batch.size();
    try (var set = PictureArguments.open(pictures)) {
      List<String> names = labels(set);
      try (var model = clip.open()) {
        var classifier = LabelClassifier.of(model.text(), names, templates, model.logitScale());
        return classify(model, set, classifier);
      }
    }
  }

  private List<String> labels(PictureSet set) throws IOException {
    List<String> all = new ArrayList<>(labels);
    if (labelFile != null) {
      Check.that(Files.isRegularFile(labelFile), "label-file", labelFile, "a file");
      Files.readAllLines(labelFile).stream().filter(line -> !line.isBlank()).forEach(all::add);
    }
    if (all.isEmpty() && labelled) {
      return LongStream.range(0, set.size())
          .mapToObj(i -> label(set.key(i)))
          .distinct()
          .sorted()
          .toList();
    }
    Check.that(!all.isEmpty(), "label", "none", "at least one, or --labelled");
    return all;
  }

  /** Returns the name of a picture's folder; two words for {@code two_words}. */
  private static String label(String key) {
    Path folder = Path.of(key).getParent();
    Check.that(folder != null, "labelled", key, "a picture in a folder that is its label");
    return String.valueOf(folder == null ? "" : folder.getFileName()).replace('_', ' ');
  }

  private int classify(ClipEncoders model, PictureSet set, LabelClassifier classifier) {
    EmbeddingRun.Pictures done;
    try (ProgressBars.Bar bar = console.bars().bar("pictures", 0, set.size())) {
      done =
          new EmbeddingRun(batch.size(), count -> bar.at(count, ""))
              .pictures(model.image(), model.size(), set);
    }
    done.unreadable().forEach((key, why) -> console.say("warning: " + key + ": " + why));
    Embeddings embeddings = done.embeddings();
    int first = 0;
    int among = 0;
    for (int i = 0; i < embeddings.names().size(); i++) {
      String key = embeddings.names().get(i);
      List<Scored> best = classifier.best(embeddings.row(i), top);
      console.print(key + ": " + words(best));
      if (labelled) {
        String right = label(key);
        first += best.get(0).label().equals(right) ? 1 : 0;
        among += best.stream().anyMatch(one -> one.label().equals(right)) ? 1 : 0;
      }
    }
    if (labelled && !embeddings.names().isEmpty()) {
      print("accuracy", first, embeddings.names().size());
      if (top > 1) {
        print("accuracy in the first " + top, among, embeddings.names().size());
      }
    }
    return done.unreadable().isEmpty() ? 0 : FailureHandler.FAILED;
  }

  private void print(String what, int right, int of) {
    console.print(
        String.format(Locale.ROOT, "%s: %.1f %% (%d of %d)", what, 100.0 * right / of, right, of));
  }

  private static String words(List<Scored> best) {
    return best.stream()
        .map(one -> String.format(Locale.ROOT, "%s %.3f", one.label(), one.probability()))
        .collect(Collectors.joining(", "));
  }
}
