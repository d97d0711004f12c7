package io.diffusion4j.cli.clip;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.ProgressBars;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.clip.ClipEncoders;
import io.diffusion4j.clip.embed.IndexUpdate;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.search.VectorIndex;
import io.diffusion4j.search.VectorIndex.Hit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code diffusion4j search}: finds the pictures of a folder that are most similar to a text or a
 * picture.
 */
@Command(
    name = "search",
    description = "Find the pictures most similar to a text or to another picture, with CLIP.",
    footer = {
      "",
      "The index is updated first: new pictures are embedded, and deleted pictures "
          + "are removed. An interrupted run resumes.",
      "",
      "Examples:",
      "  diffusion4j search photos --text \"a cat on a sofa\" --sheet found.png",
      "  diffusion4j search photos --picture cat.jpg --top 20"
    })
public final class SearchCommand implements Callable<Integer> {
  private static final int MAX_FOUND = 10_000;

  /** Width and height of a picture on the sheet, in pixels. */
  private static final int TILE = 192;

  @Mixin private Console console = new Console();

  @Parameters(
      arity = "1..*",
      paramLabel = "PICTURES",
      description = "Folders, lists and shards of pictures, in any layout that train reads.")
  private List<String> pictures = List.of();

  @Option(
      names = "--text",
      paramLabel = "TEXT",
      description = "A description of the pictures to find.")
  private @Nullable String text;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "A picture file; find pictures similar to it.")
  private @Nullable Path picture;

  @Option(
      names = "--index",
      paramLabel = "DIR",
      description =
          "The folder of the index. Default: .diffusion4j-index in the folder of "
              + "pictures; required for several folders, lists or shards")
  private @Nullable Path index;

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "10",
      description = "The number of pictures to find. Default: ${DEFAULT-VALUE}")
  private int top;

  @Option(
      names = "--sheet",
      paramLabel = "FILE",
      description = "Also write the found pictures side by side to this PNG file, best first.")
  private @Nullable Path sheet;

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ClipOptions clip = new ClipOptions();

  @Mixin private CommonOptions.Batch batch = new CommonOptions.Batch(64);

  @Override
  public Integer call() {
    Check.between("top", top, 1, MAX_FOUND);
    Check.that(
        text == null || picture == null, "query", "a text and a picture", "one of them, or none");
    batch.size();
    if (index != null) {
      requirePlace(index);
    }
    Optional<Image> like = Optional.ofNullable(picture).map(PictureArguments::read);
    if (sheet != null) {
      new OutputFile("sheet", sheet).requirePng();
    }
    try (var set = PictureArguments.open(pictures);
        var model = clip.open();
        var opened = VectorIndex.open(folder(), clip.identity(), model.size())) {
      Map<String, String> unreadable = update(opened, model, set);
      unreadable.forEach((key, why) -> console.say("warning: " + key + ": " + why));
      if (text != null) {
        find(opened, set, model.text().encode(List.of(text)).get(0).embedding());
      } else if (like.isPresent()) {
        find(opened, set, model.image().encode(List.of(like.get())).get(0));
      } else {
        console.printf("%s: %,d pictures", folder(), opened.count());
      }
      return unreadable.isEmpty() ? 0 : FailureHandler.FAILED;
    }
  }

  /** Checks before the model is loaded that the folder of the index is there, or can be made. */
  private static void requirePlace(Path folder) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    Check.that(
        Files.isDirectory(there) && Files.isWritable(there),
        "index",
        folder,
        "a folder; %s is no folder that can be written to",
        there);
  }

  private Path folder() {
    if (index != null) {
      return index;
    }
    Path first = Path.of(pictures.get(0));
    Check.that(
        pictures.size() == 1 && Files.isDirectory(first),
        "index",
        "none",
        "a folder for the index, unless the pictures are one folder");
    return first.resolve(".diffusion4j-index");
  }

  /** Embeds new pictures and removes deleted ones from the index. */
  private Map<String, String> update(VectorIndex opened, ClipEncoders model, PictureSet set) {
    var update = new IndexUpdate(opened, set);
    if (update.missing() == 0) {
      return Map.of();
    }
    try (ProgressBars.Bar bar = console.bars().bar("pictures", 0, update.missing())) {
      return update.run(model.image(), batch.size(), done -> bar.at(done, ""));
    }
  }

  private void find(VectorIndex opened, PictureSet set, float[] query) {
    List<Hit> hits = opened.nearest(query, top);
    for (Hit hit : hits) {
      console.print(String.format(Locale.ROOT, "%.3f  %s", hit.cosine(), hit.name()));
    }
    if (sheet != null && !hits.isEmpty()) {
      Map<String, Long> places = new HashMap<>();
      CaptionedImages squares = set.inOrder();
      LongStream.range(0, set.size()).forEach(i -> places.put(set.key(i), i));
      List<Image> tiles =
          hits.stream()
              .flatMap(hit -> Optional.ofNullable(places.get(hit.name())).stream())
              .map(place -> Resize.bicubic(squares.get(place).image(), TILE, TILE))
              .toList();
      new OutputFile("sheet", sheet).write(Png.encode(ContactSheet.of(tiles), Map.of()));
      console.print(sheet);
    }
  }
}
