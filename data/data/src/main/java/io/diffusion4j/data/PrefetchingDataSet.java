package io.diffusion4j.data;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.argument.Check;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * A data set whose examples are decoded ahead on separate threads. Examples may be requested in any
 * order; those after the last request are ready first. The queue is bounded by memory.
 */
public final class PrefetchingDataSet implements DataSet, AutoCloseable {
  /** Memory for the examples of a series that are ready, in bytes. */
  private static final long READY = 1L << 26;

  private static final int MAX = 1024;

  private final DataSet data;
  private final ExecutorService threads;
  private final List<Prefetcher<CaptionedImage>> series;

  /**
   * Starts with the first request.
   *
   * @param count the number of the threads, at least 1
   */
  public PrefetchingDataSet(DataSet data, int count) {
    Check.that(count >= 1, "data-threads", count, "≥ 1");
    this.data = data;
    this.series = new CopyOnWriteArrayList<>();
    this.threads =
        Executors.newFixedThreadPool(
            count,
            task -> {
              var thread = new Thread(task, "pictures");
              thread.setDaemon(true);
              return thread;
            });
  }

  private PrefetchingDataSet(PrefetchingDataSet other, DataSet data) {
    this.data = data;
    this.series = other.series;
    this.threads = other.threads;
  }

  @Override
  public String name() {
    return data.name();
  }

  @Override
  public OptionalLong size() {
    return data.size();
  }

  @Override
  public CaptionedImages examples(int imageSize, long seed) {
    return ahead(data.examples(imageSize, seed), imageSize);
  }

  @Override
  public CaptionedImages bucketed(ImageBuckets buckets, int batchSize, long seed) {
    int side = buckets.sizes().get(0).width();
    return ahead(data.bucketed(buckets, batchSize, seed), side);
  }

  @Override
  public CaptionedImages contrasts(Contrasts wanted) {
    return ahead(data.contrasts(wanted), wanted.imageSize());
  }

  private CaptionedImages ahead(CaptionedImages examples, int imageSize) {
    long bytes = 3L * Float.BYTES * imageSize * imageSize;
    int depth = (int) Math.max(1, Math.min(MAX, READY / bytes));
    var ahead = new Prefetcher<>(examples::get, threads, depth);
    series.add(ahead);
    return new CaptionedImages() {
      @Override
      public CaptionedImage get(long index) {
        return ahead.get(index);
      }

      @Override
      public Named named(long index) {
        return examples.named(index);
      }
    };
  }

  @Override
  public Stream<String> captions(long seed, long most) {
    return data.captions(seed, most);
  }

  @Override
  public SortedMap<String, String> techniques(Use use) {
    return data.techniques(use);
  }

  /** Returns a data set on the same threads, which this data set closes. */
  @Override
  @SuppressWarnings("resource") // the threads are this one's
  public DataSet with(String technique, String value) {
    return new PrefetchingDataSet(this, data.with(technique, value));
  }

  @Override
  public List<String> classes() {
    return data.classes();
  }

  @Override
  public Optional<ImageEmbedder> embeddings() {
    return data.embeddings();
  }

  @Override
  public Map<String, String> origin() {
    return data.origin();
  }

  @Override
  public Map<String, String> notes() {
    return data.notes();
  }

  /** Returns the total time that callers have waited for examples. */
  public Duration waited() {
    return series.stream().map(Prefetcher::waited).reduce(Duration.ZERO, Duration::plus);
  }

  /** Stops decoding; examples that are not ready yet are dropped. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
