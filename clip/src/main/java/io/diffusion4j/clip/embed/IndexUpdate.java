package io.diffusion4j.clip.embed;

import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.search.VectorIndex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/**
 * Brings an index up to date with a set of pictures: deleted pictures are removed, and new and
 * changed ones embedded. Each batch is committed, so that an interrupted update can resume.
 */
public final class IndexUpdate implements EmbeddingRun.Keeper {
  private final VectorIndex index;
  private final PictureSet fresh;
  private long done;

  /** Removes the embeddings of pictures that the set does not have. */
  public IndexUpdate(VectorIndex index, PictureSet pictures) {
    this.index = index;
    var known = index.versions();
    long[] missing =
        LongStream.range(0, pictures.size())
            .filter(i -> !pictures.version(i).equals(known.get(pictures.key(i))))
            .toArray();
    LongStream.range(0, pictures.size()).mapToObj(pictures::key).forEach(known::remove);
    index.remove(known.keySet());
    index.commit();
    fresh = pictures.only(missing);
  }

  /** Returns the number of pictures that the index lacks, or has in another version. */
  public long missing() {
    return fresh.size();
  }

  /**
   * Embeds the missing pictures.
   *
   * @param batch the number of pictures at once, at least 1
   * @param progress receives the number of finished pictures
   * @return the reason for each unreadable picture, by its name
   */
  public Map<String, String> run(ImageEncoder encoder, int batch, LongConsumer progress) {
    return new EmbeddingRun(batch, progress).pictures(encoder, fresh, this);
  }

  @Override
  public long done() {
    return done;
  }

  @Override
  public void add(List<Optional<float[]>> rows) {
    Map<String, float[]> byName = new HashMap<>();
    Map<String, Long> versions = new HashMap<>();
    List<String> unreadable = new ArrayList<>();
    for (Optional<float[]> row : rows) {
      String key = fresh.key(done);
      row.ifPresentOrElse(embedding -> byName.put(key, embedding), () -> unreadable.add(key));
      fresh.version(done++).ifPresent(version -> versions.put(key, version));
    }
    index.remove(unreadable); // what was embedded is gone
    index.add(byName, versions);
    index.commit();
  }
}
