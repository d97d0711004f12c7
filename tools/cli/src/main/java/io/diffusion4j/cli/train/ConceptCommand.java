package io.diffusion4j.cli.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.Lists;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.ProgressBars;
import io.diffusion4j.cli.options.EmojiModel;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.data.files.CleanCopy;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.emoji.train.EmojiData;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.training.Components;
import io.diffusion4j.training.ModelLayout;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.training.TrainableFamily;
import io.diffusion4j.unclip.KnownWords;
import io.diffusion4j.unclip.training.NewWord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diffusion4j train concept}: teaches a finished model a new thing. */
@Command(
    name = "concept",
    description = {
      "Fine-tune a trained model on a new concept, from some pictures of it: its "
          + "prior and decoder, or the U-Net of Stable Diffusion.",
      "Half of the training pictures are drawn by the model itself for known "
          + "prompts, so that it forgets less (prior preservation, as in DreamBooth)."
    },
    footer = {
      "",
      "Example:",
      "  diffusion4j train concept --pictures folders --name folder --model with-folder",
      "  diffusion4j generate \"a folder on a red background\" --model with-folder"
    })
final class ConceptCommand implements Callable<Integer> {
  /** The fewest different pictures that a thing is learned from. */
  private static final int FEWEST = 3;

  private static final int DRAWN_AT_ONCE = 8;
  private static final int PUBLISHED_RANK = 8;

  /** Scenes among which prompts to keep are chosen: any, and more until all words are in them. */
  private static final int SCENES = 6000;

  private static final int KEPT = 240;
  private static final int MAX_KEPT = 600;

  /** The columns of the sheet: new prompts, then old ones. */
  private static final int SHOWN = 6;

  /**
   * How a component is trained.
   *
   * @param preset one with the optimizer of the component; its sizes are the model's
   * @param whole the options of a training of its weights
   * @param lowRank the options of a training of low-rank updates
   */
  private record Row(String part, String preset, List<String> whole, List<String> lowRank) {}

  private static final List<String> LOW_RANK =
      List.of("--batch=4", "--learning-rate=5e-4", "--optimizer=adamw");

  /** The trained components, by their names; a model has the first two, or the last. */
  private static final List<Row> ROWS =
      List.of(
          new Row("prior", "emoji", List.of("--batch=64", "--learning-rate=2e-4"), LOW_RANK),
          new Row("decoder", "emoji", List.of("--batch=32", "--learning-rate=2e-4"), LOW_RANK),
          new Row("latent", "tiny", List.of("--batch=4", "--learning-rate=1e-5"), LOW_RANK));

  @Mixin private Console console = new Console();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--pictures",
      paramLabel = "DIR",
      required = true,
      description =
          "A folder with about twenty different pictures of the concept, at least 3, "
              + "in any layout that --data accepts. Captions must contain the name; a "
              + "picture without a caption gets \"a NAME\".")
  private Path pictures = Path.of("");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      required = true,
      description =
          "The name of the concept in prompts, such as folder; a word that the model "
              + "does not know.")
  private String name = "";

  @Option(
      names = "--start-from",
      paramLabel = "DIR",
      defaultValue = ModelOptions.SHIPPED,
      description =
          "The trained model to start from: a folder, or ORG/NAME of a downloaded "
              + "model. Default: ${DEFAULT-VALUE}")
  private Path first = Path.of("");

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The folder for the new model. Default: training/concept-NAME/model")
  private @Nullable Path model;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "The folder for training states, the pictures drawn by the model itself, and "
              + "the comparison sheet before-after.png. Default: the folder state next to "
              + "the default of --model")
  private @Nullable Path state;

  @Option(
      names = "--keep",
      paramLabel = "FILE",
      description =
          "A text file with the prompts, one per line, whose pictures should not "
              + "change. Default: for an emoji model, captions of scenes that cover its "
              + "vocabulary; otherwise \"a WORD\" for up to 600 words that it knows. Required for "
              + "a model without a list of words")
  private @Nullable Path keep;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "400",
      description = "The number of training steps for each trained part. Default: ${DEFAULT-VALUE}")
  private int steps;

  @Option(
      names = "--lora-rank",
      paramLabel = "N",
      description =
          "Train low-rank updates (LoRA) of this rank instead of the weights; 0 trains "
              + "the weights. Default: 8 for published models, which have no list of known "
              + "words; otherwise 0")
  private @Nullable Integer loraRank;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The random seed. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Override
  public Integer call() {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    Path start = PublishedModel.folder(first);
    Check.that(Files.isDirectory(start), "start-from", start, "the folder of a model");
    var words = KnownWords.split(name);
    Check.that(!words.isEmpty(), "name", "\"" + name + "\"", "a word, such as folder");
    Optional<KnownWords> known = KnownWords.read(start);
    List<String> unknown = known.map(list -> list.unknown(name)).orElse(List.of());
    Check.that(
        known.isEmpty() || !unknown.isEmpty(),
        "name",
        name,
        "a name that the model does not know; its words are in %s",
        start.resolve(KnownWords.FILE));
    List<Row> rows = rows(start);
    int rank = loraRank == null ? (known.isEmpty() ? PUBLISHED_RANK : 0) : loraRank;
    Check.that(rank >= 0, "lora-rank", rank, "≥ 0");
    List<String> prompts = prompts(start, known);
    Path home =
        Path.of(System.getProperty("diffusion4j.home", ""), "training")
            .resolve("concept-" + String.join("-", words));
    Path to = model == null ? home.resolve("model") : model;
    Path work = state == null ? home.resolve("state") : state;
    try (PictureFiles given = PictureFiles.folder("pictures", pictures)) {
      List<String> captions = captions(given);
      Path thing = copied(given, work.resolve("pictures"));
      Path base = known.isEmpty() ? start : withWords(start, work.resolve("start"), thing, unknown);
      Path own = own(pipeline(start, rows), work.resolve("own"), prompts);
      List<String> paths =
          List.of(
              "--data=" + thing + ":" + weight(prompts.size(), thing),
              "--data=" + own,
              "--start-from=" + base,
              "--model=" + to,
              "--state=" + work);
      for (Row row : rows) {
        int status = TrainCommand.train(spec, arguments(row, paths, rank));
        if (status != 0) {
          return status;
        }
      }
      Path sheet = work.resolve("before-after.png");
      var after = rank == 0 ? List.<Path>of() : updates(to, rows);
      sheet(pipeline(start, rows), pipeline(to, rows), after, captions, prompts, sheet);
      console.print("before and after, first of the new thing, then of old prompts: " + sheet);
      after.forEach(folder -> console.print("low-rank updates: " + folder));
      return 0;
    }
  }

  /** Returns how often each picture of a folder comes in an epoch, for as many as of prompts. */
  static long weight(int prompts, Path folder) {
    try (PictureFiles own = PictureFiles.folder("pictures", folder)) {
      return Math.max(1, Math.round((double) prompts / own.size()));
    }
  }

  /** Returns the trained components of a model. */
  private static List<Row> rows(Path start) {
    List<Row> rows = ROWS.stream().filter(row -> component(row, start).isPresent()).toList();
    Check.that(
        !rows.isEmpty(),
        "start-from",
        start,
        "a model with a prior and a decoder, or the U-Net of Stable Diffusion");
    return rows;
  }

  private static Optional<TrainableComponent> component(Row row, Path start) {
    var training =
        new ModelTraining(new Preset("concept", Map.of()), start, start.resolve("state"), start);
    return TrainableFamily.find(row.part, start)
        .flatMap(family -> family.component(row.part))
        .filter(training::hasFirst);
  }

  /** Returns the folder that draws, within the folder of a model. */
  private static Path pipeline(Path folder, List<Row> rows) {
    return TrainableFamily.of(rows.get(0).part, folder).finished(folder).pipeline();
  }

  /** Returns the folders of the low-rank updates of a trained model. */
  private static List<Path> updates(Path to, List<Row> rows) {
    return rows.stream()
        .map(row -> component(row, to).orElseThrow().component() + "_lora")
        .map(to::resolve)
        .toList();
  }

  /** Returns the prompts to keep. */
  private List<String> prompts(Path start, Optional<KnownWords> known) {
    if (keep != null) {
      try {
        List<String> lines =
            Files.readAllLines(keep, UTF_8).stream().map(String::strip).distinct().toList();
        List<String> prompts = lines.stream().filter(line -> !line.isEmpty()).toList();
        Check.that(prompts.size() >= FEWEST, "keep", keep, "at least %s prompts", FEWEST);
        return prompts;
      } catch (IOException e) {
        throw new IllegalArgumentException("keep: " + keep + " (expected: a text in UTF-8)", e);
      }
    }
    if (known.isEmpty()) {
      throw Check.refusal("keep", "none", "a file of prompts, for a model without a list of words");
    }
    try {
      return covering(EmojiData.of(EmojiModel.preset(start)).captions(seed, SCENES).toList());
    } catch (IllegalArgumentException e) { // it was trained on other pictures
      return known.get().sorted().stream().limit(MAX_KEPT).map(word -> "a " + word).toList();
    }
  }

  /** Returns the first captions, and of the others those with a word that none before has. */
  private static List<String> covering(List<String> captions) {
    Set<String> kept = new LinkedHashSet<>();
    Set<String> words = new HashSet<>();
    for (String caption : captions) {
      boolean isNew = words.addAll(KnownWords.split(caption));
      if ((isNew || kept.size() < KEPT) && kept.size() < MAX_KEPT) {
        kept.add(caption);
      }
    }
    return List.copyOf(kept);
  }

  /** Returns the captions of the pictures, which are all read. */
  private List<String> captions(PictureFiles given) {
    List<String> captions = new ArrayList<>();
    for (long i = 0; i < given.size(); i++) {
      long index = i;
      List<String> own = readable(() -> given.captions(index));
      for (String caption : own) {
        Check.that(
            KnownWords.split(caption).containsAll(KnownWords.split(name)),
            "pictures",
            given.key(i) + ", \"" + caption + "\"",
            "a caption with the name, %s",
            name);
      }
      captions.addAll(own.isEmpty() ? List.of(article(name)) : own);
    }
    long different =
        LongStream.range(0, given.size())
            .mapToObj(i -> readable(() -> CleanCopy.hash(given.image(i))))
            .distinct()
            .count();
    Check.that(
        different >= FEWEST,
        "pictures",
        "%s, %d of which %d are different".formatted(pictures, given.size(), different),
        "at least %s different pictures",
        FEWEST);
    return captions;
  }

  private static <T> T readable(Supplier<T> part) {
    try {
      return part.get();
    } catch (UncheckedIOException e) {
      throw new IllegalArgumentException("pictures: " + e.getMessage(), e);
    }
  }

  private static String article(String thing) {
    return (thing.matches("(?i)[aeiou].*") ? "an " : "a ") + thing;
  }

  /** Copies the pictures with their captions. */
  private Path copied(PictureFiles given, Path folder) {
    delete(folder);
    CleanCopy.write(given, folder, article(name), 1, done -> {});
    return folder;
  }

  private static void delete(Path folder) {
    try {
      if (Files.isDirectory(folder)) {
        MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder + ": " + e, e);
    }
  }

  /** Writes the model to start from with a token for each new word. */
  private Path withWords(Path start, Path folder, Path thing, List<String> words) {
    delete(folder);
    try (var set = PictureFiles.folder("pictures", thing)) {
      var all = set.inOrder().range(0, set.size()).stream().map(one -> one.image()).toList();
      var near = NewWord.write(start, folder, words, all, ModelOptions.compute(Precision.FLOAT32));
      console.say(
          "new word: %s, which starts between %s"
              .formatted(String.join(" ", words), String.join(", ", near)));
    }
    ModelLayout from = layout(start);
    Components.copyMissing(from, layout(folder), List.of());
    return folder;
  }

  private static ModelLayout layout(Path folder) {
    return TrainableFamily.of(ROWS.get(0).part, folder).layout(folder);
  }

  /** Draws the prompts to keep, unless they are there. */
  private Path own(Path start, Path folder, List<String> prompts) {
    List<List<String>> batches = Lists.partition(prompts, DRAWN_AT_ONCE);
    int drawn = 0;
    try (ProgressBars.Bar bar = console.bars().bar("own pictures", 0, prompts.size());
        var model = new DrawnPrompts(start, List.of(), Residency.forOneDrawing(start))) {
      Files.createDirectories(folder);
      for (List<String> batch : batches) {
        if (!isDrawn(folder, drawn, batch)) {
          List<Image> images = model.draw(batch, drawn);
          for (int i = 0; i < batch.size(); i++) {
            Files.write(file(folder, drawn + i, "png"), Png.encode(images.get(i), Map.of()));
            Files.writeString(file(folder, drawn + i, "txt"), batch.get(i), UTF_8);
          }
        }
        drawn += batch.size();
        bar.at(drawn, "");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder + ": " + e, e);
    }
    return folder;
  }

  private static boolean isDrawn(Path folder, int first, List<String> prompts) throws IOException {
    for (int i = 0; i < prompts.size(); i++) {
      Path text = file(folder, first + i, "txt");
      if (!Files.exists(text) || !Files.readString(text, UTF_8).equals(prompts.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static Path file(Path folder, int number, String extension) {
    return folder.resolve(String.format(Locale.ROOT, "%04d.%s", number, extension));
  }

  /** Returns the arguments of {@code train} for a component. */
  private List<String> arguments(Row row, List<String> paths, int rank) {
    List<String> arguments = new ArrayList<>(List.of(row.part));
    arguments.addAll(paths);
    arguments.add("--preset=" + row.preset);
    arguments.addAll(rank == 0 ? row.whole : row.lowRank);
    arguments.addAll(List.of("--steps=" + steps, "--seed=" + seed, "--sample-every=0"));
    if (rank > 0) {
      arguments.add("--lora-rank=" + rank);
    }
    return arguments;
  }

  /** Draws prompts of the new thing and old ones with both models, and writes the rows. */
  private void sheet(
      Path before,
      Path after,
      List<Path> updates,
      List<String> captions,
      List<String> old,
      Path file) {
    List<String> fresh = spread(captions.stream().distinct().toList());
    List<String> kept = spread(old);
    List<Image> rows = new ArrayList<>();
    var how = Residency.forOneDrawing(before);
    try (var first = new DrawnPrompts(before, List.of(), how);
        var second = new DrawnPrompts(after, updates, how)) {
      for (List<String> prompts : List.of(fresh, kept)) {
        for (var model : List.of(first, second)) {
          List<Image> images = model.draw(prompts, 0);
          rows.addAll(images);
          Image white = white(images.get(0));
          for (int i = images.size(); i < SHOWN; i++) {
            rows.add(white);
          }
        }
      }
    }
    try {
      Files.write(file, Png.encode(ContactSheet.of(rows, SHOWN), Map.of()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
    console.say("new prompts: " + String.join("; ", fresh));
    console.say("old prompts: " + String.join("; ", kept));
  }

  private static Image white(Image other) {
    float[] pixels = new float[other.pixels().length];
    Arrays.fill(pixels, 1);
    return new Image(other.width(), other.height(), pixels);
  }

  /** Returns evenly spaced prompts. */
  private static List<String> spread(List<String> prompts) {
    int count = Math.min(SHOWN, prompts.size());
    return IntStream.range(0, count)
        .mapToObj(i -> prompts.get(i * prompts.size() / count))
        .toList();
  }
}
