package io.diffusion4j.clip.embed;

import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Embeds many texts or pictures in batches. The next batch of pictures is decoded while the network
 * computes.
 *
 * @param batch the number of inputs at once, at least 1
 * @param progress receives the number of finished inputs
 */
public record EmbeddingRun(int batch, LongConsumer progress) {
  public EmbeddingRun {
    Check.that(batch >= 1, "batch", batch, "≥ 1");
  }

  /**
   * The embeddings of pictures, and the unreadable pictures.
   *
   * @param embeddings the embeddings in the order of the set
   * @param unreadable the reason for each unreadable picture, by its name
   */
  public record Pictures(Embeddings embeddings, Map<String, String> unreadable) {
    public Pictures {
      unreadable = Map.copyOf(unreadable);
    }
  }

  /** Stores embeddings during a run, so that an interrupted run can resume. */
  public interface Keeper {
    /** Returns the number of pictures, from the first, that are already stored. */
    long done();

    /**
     * Stores the next embeddings.
     *
     * @param rows one for each picture; empty for an unreadable one
     */
    void add(List<Optional<float[]>> rows);
  }

  /** Embeds texts, named by themselves. */
  public Embeddings texts(TextEncoder encoder, int size, List<String> texts) {
    float[] values = new float[Math.multiplyExact(texts.size(), size)];
    for (int from = 0; from < texts.size(); from += batch) {
      int to = Math.min(texts.size(), from + batch);
      int at = from * size;
      for (TextEncoding encoding : encoder.encode(texts.subList(from, to))) {
        System.arraycopy(encoding.embedding(), 0, values, at, size);
        at += size;
      }
      progress.accept(to);
    }
    return new Embeddings(size, texts, values);
  }

  /** Embeds pictures in memory. */
  public Pictures pictures(ImageEncoder encoder, int size, PictureSet pictures) {
    var kept = new ArrayList<Optional<float[]>>();
    Map<String, String> unreadable =
        pictures(
            encoder,
            pictures,
            new Keeper() {
              @Override
              public long done() {
                return kept.size();
              }

              @Override
              public void add(List<Optional<float[]>> rows) {
                kept.addAll(rows);
              }
            });
    return new Pictures(gather(size, pictures, kept), unreadable);
  }

  /**
   * Embeds the pictures that a keeper does not have yet.
   *
   * @return the reason for each picture that was unreadable in this run, by its name
   */
  public Map<String, String> pictures(ImageEncoder encoder, PictureSet pictures, Keeper keeper) {
    var unreadable = new TreeMap<String, String>();
    long from = keeper.done();
    CompletableFuture<List<Decoded>> next = decode(pictures, from);
    while (from < pictures.size()) {
      List<Decoded> decoded = next.join();
      from += decoded.size();
      next = decode(pictures, from);
      keeper.add(embed(encoder, decoded));
      decoded.forEach(one -> one.failure().ifPresent(why -> unreadable.put(one.key(), why)));
      progress.accept(from);
    }
    return unreadable;
  }

  /** Returns the rows of the readable pictures, in order. */
  static Embeddings gather(int size, PictureSet pictures, List<Optional<float[]>> rows) {
    int[] readable = IntStream.range(0, rows.size()).filter(i -> rows.get(i).isPresent()).toArray();
    float[] values = new float[Math.multiplyExact(readable.length, size)];
    for (int i = 0; i < readable.length; i++) {
      System.arraycopy(rows.get(readable[i]).orElseThrow(), 0, values, i * size, size);
    }
    return new Embeddings(size, IntStream.of(readable).mapToObj(pictures::key).toList(), values);
  }

  /** A picture, or the reason why it is unreadable. */
  private record Decoded(String key, Optional<Image> image, Optional<String> failure) {}

  private CompletableFuture<List<Decoded>> decode(PictureSet pictures, long from) {
    long to = Math.min(pictures.size(), from + batch);
    return CompletableFuture.supplyAsync(
        () ->
            LongStream.range(from, to)
                .parallel()
                .mapToObj(index -> decodeOne(pictures, index))
                .toList());
  }

  private static Decoded decodeOne(PictureSet pictures, long index) {
    String key = pictures.key(index);
    try {
      return new Decoded(key, Optional.of(pictures.image(index)), Optional.empty());
    } catch (UncheckedIOException e) {
      return new Decoded(key, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  private static List<Optional<float[]>> embed(ImageEncoder encoder, List<Decoded> decoded) {
    var encoded =
        encoder.encode(decoded.stream().flatMap(one -> one.image().stream()).toList()).iterator();
    return decoded.stream().map(one -> one.image().map(image -> encoded.next())).toList();
  }
}
