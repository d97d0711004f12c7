package io.diffusion4j.kandinsky;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.FrontMatter;
import io.diffusion4j.pipeline.OpenOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The place of a decoder's prior.
 *
 * @param pipeline the folder with CLIP's towers and a diffusion prior
 * @param network the folder of the network that draws embeddings; usually the pipeline's
 */
record PriorPlace(Path pipeline, Path network) {
  private static final String DEFAULT = "diffusion";

  /** A one-pass prior, in a folder of the decoder. */
  private static final String ECLIPSE = "eclipse";

  private static final String CONFIG = "config.json";

  /**
   * Finds the prior of a decoder: the requested one, else the one that the decoder's card names,
   * beside the decoder or in the same cache of the Hub.
   *
   * @throws IllegalArgumentException if it is not on this disk; the message explains how to get it
   */
  static PriorPlace of(Path decoder, OpenOptions how) {
    String asked = how.prior().orElse(DEFAULT);
    if (asked.equals(DEFAULT)) {
      return defaultIn(named(decoder));
    }
    Path folder = asked.equals(ECLIPSE) ? decoder.resolve(KandinskyFolder.ECLIPSE) : Path.of(asked);
    if (KandinskyFolder.isPrior(folder)) {
      return defaultIn(folder);
    }
    Check.that(
        Files.isRegularFile(folder.resolve(CONFIG)),
        "prior",
        asked,
        "diffusion, eclipse with %s in the decoder's folder, or a folder: of a prior pipeline or"
            + " of a PriorTransformer",
        KandinskyFolder.ECLIPSE);
    return new PriorPlace(named(decoder), folder);
  }

  private static PriorPlace defaultIn(Path pipeline) {
    return new PriorPlace(pipeline, pipeline.resolve(KandinskyFolder.PRIOR));
  }

  private static Path named(Path decoder) {
    List<String> names = FrontMatter.list(decoder, "prior");
    for (Path place : places(decoder.toAbsolutePath().normalize(), names)) {
      if (KandinskyFolder.isPrior(place)) {
        return place;
      }
    }
    throw names.isEmpty()
        ? Check.refusal("prior", "none", "the folder of one; the card of %s names none", decoder)
        : Check.refusal(
            "prior",
            names.get(0),
            "on this disk; download it by `diffusion4j pull %s`, or pass the folder of a prior",
            names.get(0));
  }

  private static List<Path> places(Path decoder, List<String> names) {
    List<Path> places = new ArrayList<>(List.of(decoder.resolveSibling(KandinskyFolder.PRIOR)));
    for (String name : names) {
      places.add(decoder.resolveSibling(name.substring(name.indexOf('/') + 1)));
      cached(decoder, name).ifPresent(places::add);
    }
    return places;
  }

  /** Returns a published model in the decoder's cache of the Hub. */
  private static Optional<Path> cached(Path decoder, String name) {
    Path snapshots = decoder.getParent();
    if (snapshots == null || !snapshots.endsWith("snapshots") || decoder.getNameCount() < 4) {
      return Optional.empty();
    }
    Path repository = snapshots.resolve("../..").resolve("models--" + name.replace("/", "--"));
    Path main = repository.resolve("refs/main");
    if (!Files.isRegularFile(main)) {
      return Optional.empty();
    }
    try {
      String commit = Files.readString(main).strip();
      return Optional.of(repository.resolve("snapshots").resolve(commit).normalize());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + main + ": " + e.getMessage(), e);
    }
  }
}
