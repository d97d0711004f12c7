package io.diffusion4j.cli.train;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.clip.embed.KnownEmbeddings;
import io.diffusion4j.data.BadPictures;
import io.diffusion4j.data.CropCache;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.PrefetchingDataSet;
import io.diffusion4j.data.Preparation;
import io.diffusion4j.data.Shuffled;
import io.diffusion4j.data.Split;
import io.diffusion4j.data.Tally;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.PictureFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The user's pictures as a data set: read, split, decoded ahead and cached.
 *
 * @param training the training set
 * @param validation the held-out set; empty if there is none
 * @param notRead the files of {@code --data} that are not read
 * @param bad the skipped training pictures so far, and the skipped held-out ones
 * @param store the cache of squares; empty if there is none
 * @param embeddings the embeddings of the training pictures, if they are stored
 */
record OwnPictures(
    PrefetchingDataSet training,
    Optional<DataSet> validation,
    Tally notRead,
    List<BadPictures> bad,
    Optional<CropCache> store,
    Optional<KnownEmbeddings> embeddings)
    implements AutoCloseable {
  static OwnPictures open(
      List<String> paths,
      Columns columns,
      Optional<String> heldOut,
      Preparation preparation,
      BadPictures bad,
      int threads,
      Optional<Path> cache,
      Optional<Path> embedded) {
    var weighted = PictureFiles.weighted("data", paths, columns);
    PictureSet all = weighted.pictures();
    Optional<Split> split =
        heldOut.map(choice -> PictureFiles.split("validation", choice, all, columns));
    var trained = split.map(Split::training).orElse(all);
    Optional<CropCache> store =
        cache.map(folder -> new CropCache(folder, trained, preparation, bad.minSize()));
    var shuffled = new Shuffled(trained, preparation, store, bad);
    var embeddings = embedded.map(path -> KnownEmbeddings.open("embeddings", path));
    embeddings.ifPresent(known -> known.requireAll("embeddings", shuffled.pictures()));
    var badHeldOut = bad.another();
    var same = preparation.withoutAugmentation();
    return new OwnPictures(
        new PrefetchingDataSet(embeddings.map(shuffled::withEmbeddings).orElse(shuffled), threads),
        split.map(parts -> new Shuffled(parts.validation(), same, Optional.empty(), badHeldOut)),
        weighted.files().notRead(),
        List.of(bad, badHeldOut),
        store,
        embeddings);
  }

  /** Describes the data, by name. */
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("pictures of", training.name());
    facts.putAll(training.origin());
    validation.ifPresent(
        held -> facts.put("held out", held.size().orElse(0) + " pictures, " + held.name()));
    if (!notRead.counts().isEmpty()) {
      facts.put("not read", notRead.toString());
    }
    return facts;
  }

  /** Prints which files of the data are not read, if any. */
  void sayNotRead(Console console) {
    if (!notRead.counts().isEmpty()) {
      console.say("not read: " + notRead);
    }
  }

  /** Prints the pictures that were skipped so far. */
  void saySkipped(Console console) {
    bad.forEach(set -> set.reasons().forEach(reason -> console.say("skipped: " + reason)));
    int small = bad.stream().mapToInt(BadPictures::small).sum();
    if (small > 0) {
      console.say("skipped: " + small + " pictures below --min-size");
    }
  }

  @Override
  public void close() {
    training.close();
    store.ifPresent(CropCache::close);
    embeddings.ifPresent(KnownEmbeddings::close);
  }
}
